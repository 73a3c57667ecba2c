// The caller's page works without this: it only spares reloads, shows what happens on the phone, and keeps what is typed.
"use strict";

const SAVE_AFTER = 800;
let saving = 0;
let unsaved = false;

const main = () => document.querySelector("main");
const form = () => document.querySelector("#asked form");
const note = (text) => { const line = document.getElementById("note"); if (line) line.textContent = text; };

function show(html, focus) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const fresh = next.querySelector("main");
  // What answers our own button is always shown: the news of it may have come first, and moved the mark alone.
  if (!fresh || (!focus && fresh.dataset.mark === main().dataset.mark)) return;
  const sameForm = !focus && fresh.dataset.step === main().dataset.step && form()?.querySelector("input,select,textarea");
  if (sameForm && fresh.querySelector("#asked form")) {  // somebody is typing: leave their fields alone
    document.getElementById("status").replaceChildren(...fresh.querySelector("#status").childNodes);
    main().dataset.mark = fresh.dataset.mark;
    return;
  }
  clearTimeout(saving);
  unsaved = false;
  document.title = next.title;
  document.documentElement.lang = next.documentElement.lang;
  main().replaceWith(document.adoptNode(fresh));
  (document.querySelector("[aria-invalid],.mistaken input") ?? document.querySelector("h1"))?.focus();
  window.scrollTo(0, 0);
}

async function post(body, focus) {
  try {
    const answer = await fetch(location.href, { method: "POST", body });
    if (focus || answer.status === 409) show(await answer.text(), focus);
    note("");
    return answer.ok;
  } catch {
    note(main().dataset.offline);
    return false;
  }
}

function typed(button) {
  const data = new FormData(form());
  if (button?.name) data.set(button.name, button.value);
  return new URLSearchParams(data);
}

async function save() {
  if (!unsaved || !form()) return;
  const body = typed();
  body.set("save", "1");
  unsaved = false;
  if (await post(body, false)) note(main().dataset.saved);
  else unsaved = true;
}

addEventListener("submit", async (event) => {
  event.preventDefault();
  clearTimeout(saving);
  const button = event.submitter;
  const body = event.target === form() ? typed(button) : new URLSearchParams([[button.name, button.value]]);
  for (const each of event.target.querySelectorAll("button")) each.disabled = true;
  if (!(await post(body, true))) note(main().dataset.offline);
  for (const each of document.querySelectorAll("button[disabled]")) each.disabled = false;
});

addEventListener("input", (event) => {
  if (!event.target.name?.startsWith("f.")) return;
  unsaved = true;
  clearTimeout(saving);
  saving = setTimeout(save, SAVE_AFTER);
});

addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden" || !unsaved || !form()) return;
  const body = typed();
  body.set("save", "1");
  unsaved = false;
  navigator.sendBeacon(location.href, body);
});

if (main()?.dataset.live) {
  const live = new EventSource(`${location.pathname}/live`);
  live.onopen = () => { note(""); save(); };
  live.onerror = () => note(main().dataset.offline);
  live.onmessage = async (event) => {
    if (event.data === main().dataset.mark) return;
    try {
      show(await (await fetch(location.href)).text(), false);
    } catch {
      note(main().dataset.offline);
    }
  };
}

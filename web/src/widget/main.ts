// The chat widget of a shop's page: <script src="https://centre.example/widget.js" data-line="web" async></script>

import { browserAround, keeper } from "./browser";
import { Line } from "./line";
import { onColour, optionsOf } from "./options";
import { kept, restored } from "./talk";
import { Widget } from "./view";
import css from "./widget.css?inline";
import { WORDS } from "./words/words";

const HOST = "tandem-chat";

function start(script: HTMLScriptElement): void {
  if (document.getElementById(HOST)) return; // a page that includes it twice has one
  const options = optionsOf(script.dataset, [document.documentElement.lang, ...navigator.languages]);
  const store = keeper(`tandem.chat.${options.line}`, () =>
    options.remember === "browser" ? localStorage : sessionStorage,
  );
  const { talk, open } = restored(store.read());
  const { line: name, name: customer, number, language } = options;
  const line = new Line(
    browserAround(new URL(script.src).origin),
    { line: name, name: customer, number, language },
    talk,
  );
  const keep = () => store.write(kept(line.view.talk, widget.isOpen));
  const widget: Widget = new Widget(line, options, WORDS[language], keep);
  line.subscribe(keep);

  const host = document.createElement("div");
  host.id = HOST;
  host.dataset.theme = options.theme;
  if (options.accent) {
    host.style.setProperty("--accent", options.accent);
    host.style.setProperty("--on-accent", onColour(options.accent));
  }
  const shadow = host.attachShadow({ mode: "open" });
  // A sheet that is made here needs no permission of the page's content policy for styles.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  shadow.adoptedStyleSheets = [sheet];
  shadow.append(widget.root);
  document.body.append(host);

  if (talk.token) line.start();
  if (open) widget.open();
  window.addEventListener("online", () => line.view.health !== "live" && line.view.talk.token && line.start());
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.body) start(script);
  else document.addEventListener("DOMContentLoaded", () => start(script));
}

// What the widget shows: a button, and a dialog with the talk. It is drawn anew from the line's view, but for the
// messages, which are added one by one, so that a screen reader says each once.

import { sizeOf } from "../shared/sizes";
import { button, element, icon, linked } from "./elements";
import type { Line, View } from "./line";
import type { File as ChatFile, Message } from "./messages";
import type { Options } from "./options";
import { choices, shownText } from "./talk";
import type { Words } from "./words/words";

const MOST_CHARACTERS = 2000;
const PAPER_CLIP = "M20 11 L12 19 a5 5 0 0 1 -7 -7 L14 3 a3.5 3.5 0 0 1 5 5 L10 17 a1.8 1.8 0 0 1 -3 -3 L15 6";

export class Widget {
  readonly root: HTMLDivElement;
  isOpen = false;

  private readonly launch: HTMLButtonElement;
  private readonly dialog: HTMLElement;
  private readonly status = element("p", { className: "status", given: { role: "status" } });
  private readonly log: HTMLDivElement;
  private readonly pending = element("div", { className: "log-pending" });
  private readonly typing = element("p", { className: "typing", given: { "aria-live": "polite" } });
  private readonly choices: HTMLDivElement;
  private readonly compose: HTMLFormElement;
  private readonly text: HTMLTextAreaElement;
  private readonly attach: HTMLButtonElement;
  private readonly picker = element("input", { type: "file", hidden: true });
  private readonly anew: HTMLDivElement;
  private readonly again: HTMLButtonElement;
  private readonly leave: HTMLButtonElement;

  private drawn = new Set<string>();
  private unread = 0;
  private shownChoices = "";

  constructor(
    private readonly line: Line,
    private readonly options: Options,
    private readonly words: Words,
    private readonly onOpen: (open: boolean) => void,
  ) {
    const title = options.title || words.title;
    const heading = element("h2", { id: "title" }, title);
    this.launch = button("launch", title, () => (this.isOpen ? this.close() : this.open()));
    this.log = element("div", {
      className: "log",
      tabIndex: 0,
      given: { role: "log", "aria-label": words.log },
    });
    this.choices = element("div", { className: "choices", given: { role: "group", "aria-label": words.answers } });
    this.text = element("textarea", {
      rows: 1,
      maxLength: MOST_CHARACTERS,
      placeholder: words.write,
      given: { "aria-label": words.write },
    });
    this.attach = button("attach", "", () => this.picker.click());
    this.attach.append(icon(PAPER_CLIP));
    this.attach.setAttribute("aria-label", words.attach);
    this.attach.title = words.attach;
    this.compose = element(
      "form",
      { className: "compose" },
      this.attach,
      this.text,
      element("button", { className: "main" }, words.send),
      this.picker,
    );
    this.again = button("main", words.again, () => this.beginAgain());
    this.anew = element("div", { className: "anew" }, this.again);
    this.leave = button("leave", words.leave, () => line.leave());
    this.dialog = element(
      "section",
      { id: "dialog", className: "dialog", hidden: true, given: { role: "dialog", "aria-labelledby": "title" } },
      element(
        "div",
        { className: "head" },
        heading,
        this.leave,
        button("minimise", words.minimise, () => this.close()),
      ),
      this.status,
      this.log,
      this.typing,
      this.choices,
      element("div", {}, this.compose, this.anew),
    );
    const position = options.position === "left" ? "root left" : "root";
    this.root = element("div", { className: position, lang: options.language }, this.dialog, this.launch);
    this.launch.setAttribute("aria-expanded", "false");
    this.launch.setAttribute("aria-controls", "dialog");
    this.listen();
    line.subscribe(() => this.draw());
    this.draw();
  }

  open(): void {
    this.isOpen = true;
    this.unread = 0;
    this.dialog.hidden = false;
    this.root.classList.add("open");
    const { talk, health } = this.line.view;
    if (health === "off" && talk.state === "" && !this.line.view.stopped) this.line.start();
    this.draw();
    this.scroll();
    (this.compose.hidden ? this.again : this.text).focus();
    this.onOpen(true);
  }

  close(): void {
    this.isOpen = false;
    this.dialog.hidden = true;
    this.root.classList.remove("open");
    this.draw();
    this.launch.focus();
    this.onOpen(false);
  }

  private listen(): void {
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send();
    });
    this.text.addEventListener("input", () => this.text.value.trim() && this.line.types());
    this.compose.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.picker.addEventListener("change", () => {
      const [file] = this.picker.files ?? [];
      this.picker.value = "";
      if (file) void this.line.sendFile(file);
    });
  }

  private send(): void {
    const text = this.text.value.trim();
    if (text) this.line.say({ text });
    this.text.value = "";
    this.text.focus();
  }

  private beginAgain(): void {
    if (this.line.view.stopped === "elsewhere") this.line.start();
    else this.line.startAnew();
    this.text.focus();
  }

  // --- drawing -------------------------------------------------------------------------------------------------------

  private draw(): void {
    const { view } = this.line;
    const wasAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 40;
    const isNew = this.drawMessages(view);
    this.drawPending(view);
    this.drawChoices(view);
    this.drawStatus(view);
    this.typing.textContent = view.agentWrites ? this.words.typing : "";
    this.drawFoot(view);
    this.drawLaunch();
    if (isNew && wasAtEnd) this.scroll();
  }

  private drawMessages({ talk }: View): boolean {
    let isNew = false;
    const all: [key: string, message: Message][] = [
      ...talk.past.map((message) => [`past ${message.number}`, message] satisfies [string, Message]),
      ...talk.messages.map((message) => [`${message.number}`, message] satisfies [string, Message]),
    ];
    const wanted = new Set(all.map(([key]) => key));
    if ([...this.drawn].some((key) => !wanted.has(key))) {
      this.log.replaceChildren(this.pending);
      this.drawn.clear();
    }
    for (const [key, message] of all) {
      if (this.drawn.has(key)) continue;
      if (key.startsWith("past") && this.drawn.size === 0) this.log.append(notice(this.words.past));
      this.drawn.add(key);
      this.log.append(this.message(message));
      isNew = true;
      if (!this.isOpen && message.from !== "customer" && !key.startsWith("past")) this.unread += 1;
    }
    if (isNew) this.log.append(this.pending);
    return isNew;
  }

  private message(message: Message): HTMLElement {
    const { from, at, file } = message;
    const shown = shownText(message);
    const parts: Node[] = [];
    if (from !== "system") parts.push(element("p", { className: "by" }, `${this.words.sender[from]} · ${time(at)}`));
    if (shown) parts.push(element("p", { className: "text" }, ...linked(shown)));
    if (file) parts.push(this.file(file));
    return element("div", { className: `message ${from}` }, ...parts);
  }

  private file(file: ChatFile): HTMLElement {
    return button("file", this.words.download(file.name, sizeOf(file.size)), () => void this.download(file));
  }

  private async download(file: ChatFile): Promise<void> {
    const content = await this.line.fetchFile(file);
    if (!content) return;
    const href = URL.createObjectURL(content);
    element("a", { href, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  }

  private drawPending({ talk }: View): void {
    const waiting = talk.pending.map(({ text, file }) =>
      element(
        "div",
        { className: "message customer pending" },
        element("p", { className: "by" }, this.words.onItsWay),
        element("p", { className: "text" }, text || (file?.name ?? "")),
      ),
    );
    this.pending.replaceChildren(...waiting);
  }

  private drawChoices({ talk }: View): void {
    const offered = choices(talk);
    const key = JSON.stringify([talk.messages.at(-1)?.number, offered]);
    if (key !== this.shownChoices) {
      this.shownChoices = key;
      const hadFocus = this.choices.contains(deepActive(this.choices));
      this.choices.replaceChildren(...offered.map(({ key, label }) => this.choice(key, label)));
      if (hadFocus) this.text.focus();
    }
    this.choices.hidden = offered.length === 0;
  }

  private choice(key: string, label: string): HTMLButtonElement {
    return button("choice", label, () => this.line.say({ text: key }));
  }

  private drawStatus({ talk, health, stopped, fileTrouble, sendingFile }: View): void {
    const { words } = this;
    const trouble = fileTrouble ? (words.file[fileTrouble] ?? words.file.other ?? "") : "";
    const broken = health === "lost" ? words.lost : health === "unreached" ? words.unreached : "";
    const stop = stopped ? (words.stopped[stopped] ?? words.stopped.other ?? "") : "";
    const state = talk.state === "queued" && talk.position ? words.place(talk.position) : words.state[talk.state];
    const bad = stop || broken || trouble;
    const text = bad || (sendingFile ? words.sending : health === "connecting" ? words.connecting : state);
    if (this.status.textContent !== text) this.status.textContent = text;
    this.status.classList.toggle("bad", bad !== "");
  }

  private drawFoot({ talk, stopped }: View): void {
    const over = stopped !== "" || talk.state === "ended";
    this.compose.hidden = over;
    this.anew.hidden = !over;
    this.again.textContent = stopped === "elsewhere" ? this.words.useHere : this.words.again;
    this.leave.hidden = over || talk.state === "";
    const { files } = talk;
    this.attach.hidden = !files || (talk.state !== "queued" && talk.state !== "connected");
    this.picker.accept = files?.types.join(",") ?? "";
  }

  private drawLaunch(): void {
    const title = this.options.title || this.words.title;
    this.launch.setAttribute("aria-expanded", String(this.isOpen));
    this.launch.replaceChildren(title);
    if (this.unread) {
      const label = this.words.unread(this.unread);
      const badge = element("span", { className: "badge", given: { "aria-hidden": "true" } }, `${this.unread}`);
      this.launch.append(badge);
      this.launch.setAttribute("aria-label", `${title}, ${label}`);
    } else this.launch.removeAttribute("aria-label");
  }

  private scroll(): void {
    this.log.scrollTop = this.log.scrollHeight;
  }
}

function notice(text: string): HTMLElement {
  return element("div", { className: "message system" }, element("p", { className: "text" }, text));
}

function time(at: number): string {
  return new Date(at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

/** What has the focus within the same shadow root. */
function deepActive(element: Element): Element | null {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.activeElement : document.activeElement;
}

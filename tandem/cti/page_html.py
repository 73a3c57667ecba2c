"""How the caller's page looks: what is shown, as HTML that works without a script."""

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from tandem.control.page.pages import Field, PageShown, Shown
from tandem.cti.words import LANGUAGES, Notice, Words, known

FOLDER = Path(__file__).parent / "page_files"
STYLE = (FOLDER / "page.css").read_text(encoding="utf-8")
SCRIPT = (FOLDER / "page.js").read_bytes()
SCRIPT_PATH = f"/page-{hashlib.sha256(SCRIPT).hexdigest()[:12]}.js"
FIELD = "f."
"""What the names of a form's fields begin with, among the others that are posted."""
LONG_QUESTION, LONG_TEXT, MANY_CHOICES = 40, 80, 5
REFRESH_SECONDS = 4
"""How often a page without a script looks for news while nothing is asked."""

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

DOCUMENT = Template(
    """<!DOCTYPE html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>$title</title>
$refresh<style>$style</style>
<script src="$script" defer></script>
</head>
<body>
$main
</body>
</html>
"""
)
MAIN = Template(
    """<main data-step="$step" data-mark="$mark" data-live="$live" data-offline="$offline" data-saved="$saved">
<p class="service">$service</p>
<div id="status" aria-live="polite">$status</div>
<div id="asked">$asked</div>
<p class="note" id="note" role="status"></p>
<p class="privacy">$privacy</p>
</main>"""
)


def page(view: PageShown) -> str:
    """The page that shows `view`."""
    language = known(view.shown.language)
    words = LANGUAGES[language]
    main = _main(view, words, _asked(view, words))
    waits = not (view.shown.ended or view.outcome or view.shown.fields or view.shown.digits)
    return _document(language, view.shown.question or words.service, main, refresh=waits)


def mark(view: PageShown) -> str:
    """Changes whenever the page does."""
    return hashlib.sha256(repr(view).encode()).hexdigest()[:16]


def notice(language: str, name: str, button: str = "") -> str:
    """The page that says only `name` (of Words); `button` is the name of what can be posted."""
    language = known(language)
    words = LANGUAGES[language]
    said: Notice = getattr(words, name)
    asked = _heading(said.title) + _paragraph(said.text)
    if button:
        use = f'<button class="main" name="{button}" value="1">{escape(words.use_here)}</button>'
        asked += f'<form method="post">{use}</form>'
    main = _fill(
        words, mark=name, live="elsewhere" if button else "", status="", asked=f'<div class="card">{asked}</div>'
    )
    return _document(language, said.title, main)


def not_found() -> str:
    """The page for every address that leads nowhere; it tells nothing about why, in all our languages."""
    cards = [
        f'<div class="card" lang="{language}">{_heading(words.missing.title, n)}{_paragraph(words.missing.text)}</div>'
        for n, (language, words) in enumerate(LANGUAGES.items())
    ]
    return _document(next(iter(LANGUAGES)), "404", f"<main>{''.join(cards)}</main>")


# --- the parts ---------------------------------------------------------------------------------------------------


def _document(language: str, title: str, main: str, refresh: bool = False) -> str:
    again = f'<noscript><meta http-equiv="refresh" content="{REFRESH_SECONDS}"></noscript>\n' if refresh else ""
    return DOCUMENT.substitute(
        language=language, title=escape(title), refresh=again, style=STYLE, script=SCRIPT_PATH, main=main
    )


def _main(view: PageShown, words: Words, asked: str) -> str:
    live = "" if view.outcome == "done" and not view.talking else "page"
    return _fill(words, step=view.shown.step, mark=mark(view), live=live, status=_status(view, words), asked=asked)


def _fill(words: Words, **given: object) -> str:
    texts = {name: escape(getattr(words, name)) for name in ("service", "privacy", "offline", "saved")}
    return MAIN.substitute({"step": ""} | texts | given)


def _status(view: PageShown, words: Words) -> str:
    """Where the caller stands with their call."""
    if view.talking:
        return f'<p class="place">{escape(words.talking)}</p>'
    if view.shown.position is None:
        return ""
    place = words.position.replace("{position}", str(view.shown.position))
    return f'<p class="place"><strong>{escape(place)}</strong> {escape(words.stay)}</p>'


def _asked(view: PageShown, words: Words) -> str:
    shown = view.shown
    said = "".join(map(_paragraph, shown.texts))
    if view.outcome or shown.ended:
        end: Notice = getattr(words, view.outcome or "done")
        return f'<div class="card end">{_heading(end.title)}{said}{_paragraph(end.text)}</div>'
    if not shown.asks:
        return f'<div class="card">{_silence(view, words, said)}</div>'
    said = f'<div class="said">{said}</div>' if said else ""
    return f'<div class="card">{said}{_question(view, words)}</div>'


def _silence(view: PageShown, words: Words, said: str) -> str:
    """Nothing is asked: the page waits for an answer from outside, or the voice speaks."""
    waits = words.listen if view.follows else words.moment
    return _heading(waits.title) + (said or _paragraph(waits.text))


def _question(view: PageShown, words: Words) -> str:
    shown = view.shown
    wrong = f'<p class="wrong" role="alert">{escape(words.check)}</p>' if any(f.error for f in shown.fields) else ""
    return (
        f'{_heading(shown.question or words.meanwhile)}{wrong}<form method="post" novalidate>'
        f'<input type="hidden" name="step" value="{shown.step}">{_answers(shown, words)}{_ways(view, words)}</form>'
    )


def _answers(shown: Shown, words: Words) -> str:
    if shown.fields:
        fields = "".join(_field(field, words) for field in shown.fields)
        submit = escape(shown.submit or words.send)
        return f'{fields}<button class="main" name="submit" value="1">{submit}</button>'
    if shown.digits:
        return _digits(shown, words)
    return "".join(
        f'<button class="choice" name="key" value="{escape(choice.key)}">{escape(choice.label)}</button>'
        for choice in shown.choices
    )


def _digits(shown: Shown, words: Words) -> str:
    assert shown.digits
    least, most = shown.digits.min, shown.digits.max
    hint = words.digits_exactly if least == most else words.digits
    return (
        f'<div class="field"><p class="hint" id="hint">{escape(_limits(hint, str(least), str(most)))}</p>'
        f'<input name="text" aria-label="{escape(shown.question)}" aria-describedby="hint" inputmode="numeric" '
        f'autocomplete="off" maxlength="{most}" pattern="[0-9]{{{least},{most}}}" required></div>'
        f'<button class="main">{escape(words.send)}</button>'
    )


def _ways(view: PageShown, words: Words) -> str:
    """Back, and always the way to a person where there is one. What was typed goes along."""
    ways = [("back", words.back)] if "back" in view.shown.ways else []
    ways += [("agent", words.agent)] if view.agent else []
    buttons = "".join(
        f'<button class="way" name="way" value="{way}" formnovalidate>{escape(text)}</button>' for way, text in ways
    )
    return f'<div class="ways">{buttons}</div>' if buttons else ""


# --- fields ------------------------------------------------------------------------------------------------------


def _field(field: Field, words: Words) -> str:
    optional = "" if field.required else f' <span class="optional">{escape(words.optional)}</span>'
    label = escape(field.label) + optional
    error = _error(field, words)
    hint = f'<p class="hint" id="{_id(field)}-hint">{escape(field.hint)}</p>' if field.hint else ""
    mistaken = " mistaken" if field.error else ""
    choices = [(choice.key, choice.label) for choice in field.choices]
    if field.kind == "yes_no":
        choices = [("yes", words.yes), ("no", words.no)]
    if 0 < len(choices) <= MANY_CHOICES:
        inner = f"<legend>{label}</legend>{hint}{error}{_radios(field, choices)}"
        return f'<fieldset class="field{mistaken}"{_described(field)}>{inner}</fieldset>'
    control = _select(field, choices, words) if choices else _input(field)
    return f'<div class="field{mistaken}"><label for="{_id(field)}">{label}</label>{hint}{error}{control}</div>'


def _error(field: Field, words: Words) -> str:
    if not field.error:
        return ""
    text = words.error(field)
    return f'<p class="error" id="{_id(field)}-error">{escape(text)}</p>'


def _radios(field: Field, choices: Iterable[tuple[str, str]]) -> str:
    return "".join(
        f'<label class="radio"><input type="radio" name="{_name(field)}" value="{escape(value)}"'
        f"{' checked' if value == field.value else ''}>{escape(label)}</label>"
        for value, label in choices
    )


def _select(field: Field, choices: Iterable[tuple[str, str]], words: Words) -> str:
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value == field.value else ""}>{escape(label)}</option>'
        for value, label in [("", words.choose), *choices]
    )
    return f"<select {_common(field)}>{options}</select>"


INPUTS = {
    "text": 'type="text"',
    "digits": 'type="text" inputmode="numeric" autocomplete="off"',
    "number": 'type="text" inputmode="decimal" autocomplete="off"',
    "date": 'type="date"',
    "time": 'type="time"',
    "phone": 'type="tel" autocomplete="tel"',
}


def _input(field: Field) -> str:
    if field.kind == "text" and float(field.max or 0) > LONG_TEXT:
        return f'<textarea rows="3" {_common(field)}>{escape(field.value)}</textarea>'
    limits = f' min="{field.min}" max="{field.max}"' if field.kind == "date" else ""
    return f'<input {INPUTS[field.kind]} {_common(field)} value="{escape(field.value)}"{limits}>'


def _common(field: Field) -> str:
    invalid = ' aria-invalid="true"' if field.error else ""
    required = ' aria-required="true"' if field.required else ""
    return f'id="{_id(field)}" name="{_name(field)}"{required}{invalid}{_described(field)}'


def _described(field: Field) -> str:
    by = [f"{_id(field)}-{part}" for part in ("hint", "error") if getattr(field, part)]
    return f' aria-describedby="{" ".join(by)}"' if by else ""


def _id(field: Field) -> str:
    return escape(f"field-{field.name}")


def _name(field: Field) -> str:
    return escape(FIELD + field.name)


def _heading(text: str, level: int = 0) -> str:
    tag = "h2" if level else "h1"
    long = ' class="long"' if len(text) > LONG_QUESTION else ""
    return f'<{tag}{long} tabindex="-1">{escape(text)}</{tag}>'


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _limits(text: str, least: str, most: str) -> str:
    return text.replace("{min}", least).replace("{max}", most)

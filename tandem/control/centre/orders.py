"""What can be wrong with the lookup of orders."""

from collections.abc import Iterator

from tandem.control.centre.findings import Path, Remark
from tandem.control.centre.form import Form
from tandem.control.order_lookup import SLOTS
from tandem.ivr.filling import slots
from tandem.ivr.json_path import JsonPathError, parse
from tandem.ivr.problems import suggestion
from tandem.said import said, said_by


def order_mistakes(form: Form) -> Iterator[Remark]:
    """Each mistake, with its place and a way out."""
    orders = form.orders
    if orders.service and orders.service not in form.services:
        way_out = suggestion(orders.service, form.services)
        yield Remark(("orders", "service"), said("there is no service {service!r}", service=orders.service), way_out)
    texts: list[tuple[Path, str]] = [(("orders", "path"), orders.path)]
    texts += [(("orders", "query", name), text) for name, text in orders.query.items()]
    for path, text in texts:
        for slot in slots(text):
            if slot not in SLOTS:
                yield Remark(path, said("nothing is known as {{{slot}}}", slot=slot), suggestion(slot, SLOTS))
    places: list[tuple[Path, str]] = [(("orders", "list"), orders.list)]
    places += [(("orders", "fields", name), text) for name, text in orders.fields.items()]
    for path, text in places:
        try:
            parse(text)
        except JsonPathError as error:
            what = said("is no place in JSON: {error}", error=said_by(error))
            yield Remark(path, what, said("write it like $.orders or $['order number']"))

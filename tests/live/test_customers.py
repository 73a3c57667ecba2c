"""Who is calling, on a real call: the desktop has the customer and what was before in the message of the pop."""

import pytest

from tests.live.centre import LiveCentre
from tests.live.desktop import desktop

pytestmark = pytest.mark.live


async def test_the_pop_has_the_customer_and_their_history_before_the_phone_rings(centre: LiveCentre) -> None:
    number = "13800000001"
    first = await centre.dial_menu(await centre.caller(number))
    (call,) = (one["call"] for one in (await centre.state())["calls"])
    await first.hang_up()
    await centre.idle()
    await centre.until_recorded()
    ann = {"name": "Ann", "tier": "gold", "tags": ["tv"], "identities": [{"kind": "phone", "value": number}]}
    status, made = await centre.ask("POST", "/customers", ann)
    assert status == 201

    async with desktop(centre.url, centre.token, "1001") as desk:
        agent = await centre.agent("1001")
        line = await centre.dial_service(await centre.caller(number))
        await desk.until(lambda: desk.contacts, "the pop")
        pop = desk.events("ContactOffered")[0]["contact"]
        assert (pop["state"], pop["connected_at"], pop["tier"]) == ("offered", None, "gold")
        assert (pop["customer"]["customer"], pop["customer"]["name"]) == (made["customer"], "Ann")
        assert [(past["contact"], past["channel"], past["outcome"]) for past in pop["customer"]["last"]] == [
            (call, "voice", "left_menu")
        ]
        talk = await agent.answers()
        await line.hang_up()
        await talk.ended()
        await centre.until_recorded()
    _, history = await centre.ask("GET", f"/customers/{made['customer']}/history")
    assert [(entry["outcome"], entry["agent"]) for entry in history] == [("served", "1001"), ("left_menu", "")]

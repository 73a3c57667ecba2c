"""What a controller says that is not in charge."""

from aiohttp.test_utils import TestClient, TestServer

from tandem.cti.metrics import Metrics
from tandem.cti.standby import StandbyHealth, standby_app


async def test_it_says_who_is_in_charge_whatever_is_asked() -> None:
    metrics = Metrics()
    metrics.gauge("tandem_in_charge", "1 while in charge", lambda: 0.0)
    health = StandbyHealth("standby", "http://127.0.0.1:8080", 41)
    async with TestClient(TestServer(standby_app(lambda: health, metrics))) as client:
        answer = await client.get("/health")
        assert answer.status == 503
        assert await answer.json() == {"role": "standby", "active": "http://127.0.0.1:8080", "applied": 41}
        for ask in (client.get("/state"), client.post("/agents/1001/ready"), client.get("/desktop")):
            answer = await ask
            told = await answer.json()
            assert (answer.status, told["error"]["code"], told["active"]) == (503, "standby", health.active)
            assert answer.headers["Retry-After"] == "1"
            assert answer.headers["Cache-Control"] == "no-store"
        answer = await client.get("/metrics")
        assert (answer.status, "tandem_in_charge 0.0" in await answer.text()) == (200, True)

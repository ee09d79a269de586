"""A forecast service whose model breaks down for a while, behind a guard, as ASGI middleware.

    python examples/breaker_service.py

It needs the wheel and nothing else: an ASGI application is any coroutine function of this form, so `GuardMiddleware` works
the same with `FastAPI().add_middleware(GuardMiddleware, guard=guard)`. The clock is turned by hand, so that ten minutes pass in
an instant; without `clock=` a guard reads the one of `time.monotonic`.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tsfm_gate import Guard, Refusal, Transition

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class GuardMiddleware:
    """Asks the guard before every request, and tells it how the request ended."""

    def __init__(self, app: App, guard: Guard, log: Callable[[Transition], None]) -> None:
        self.app = app
        self.guard = guard
        self.log = log

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        permit = self.guard.allow()
        self.tell(permit.changes)
        if not permit:
            return await self.refuse(permit, send)
        # An application that never answers has failed; so has one that answers with 500 or more.
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except asyncio.CancelledError:
            # The client went away: that says nothing about the model.
            self.tell(self.guard.record(permit, "cancelled").changes)
            raise
        except Exception:
            self.tell(self.guard.record(permit, "failure").changes)
            raise
        outcome = "failure" if status >= 500 else "ignored" if status >= 400 else "success"
        self.tell(self.guard.record(permit, outcome).changes)

    async def refuse(self, refusal: Refusal, send: Send) -> None:
        """A baseline forecast instead, with the reason, and when it is worth asking again."""
        headers = [(b"content-type", b"application/json")]
        if refusal.retry_after is not None:
            headers.append((b"retry-after", str(math.ceil(refusal.retry_after)).encode()))
        reason = self.guard.status()["fallback_reason"]
        await respond(send, 503, {"forecast": "baseline", "fallback_reason": reason}, headers)

    def tell(self, changes: list[Transition]) -> None:
        for change in changes:
            self.log(change)


async def respond(send: Send, status: int, body: object, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


class Clock:
    """Seconds that pass when somebody says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def service(clock: Clock) -> App:
    """A model that fails from second 60 to second 250, and takes 20 ms for everything."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        clock.now += 0.02
        if 60 <= clock.now < 250:
            raise ConnectionError("the model does not answer")
        await respond(send, 200, {"forecast": "model"}, [(b"content-type", b"application/json")])

    return app


async def request(app: App) -> tuple[int, dict[str, Any], dict[bytes, bytes]]:
    """One request: status, body, headers. The server makes a 500 of what an application raises."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    try:
        await app({"type": "http", "method": "GET", "path": "/forecast"}, receive, send)
    except ConnectionError as error:
        return 500, {"error": str(error)}, {}
    return sent[0]["status"], json.loads(sent[1]["body"]), dict(sent[0]["headers"])


async def main() -> None:
    clock = Clock()
    guard = Guard(latch={}, call={}, clock=clock)

    def log(change: Transition) -> None:
        print(f"{clock.now:7.2f} s  {change['layer']}: {change['from']} -> {change['to']} ({change['cause']})")

    app = GuardMiddleware(service(clock), guard, log)
    told = None
    while clock.now < 420:
        status, body, headers = await request(app)
        answer = (status, body.get("fallback_reason"))
        if answer != told:
            again = f", retry after {headers[b'retry-after'].decode()} s" if b"retry-after" in headers else ""
            print(f"{clock.now:7.2f} s  {status} {json.dumps(body)}{again}")
            told = answer
        clock.now = math.floor(clock.now) + 5

    print(f"{clock.now:7.2f} s  {guard.status()['mode']}: {guard.status()['because']}")
    guard.trip("kim", "wrong units in the forecasts")
    status, body, headers = await request(app)
    print(f"{clock.now:7.2f} s  {status} {json.dumps(body)}")

    # A restart does not end a stop, and neither does a state that is lost.
    restarted = Guard.restore(json.dumps(guard.snapshot()), guard.config, elapsed=30, clock=clock)
    print(f"{clock.now:7.2f} s  after a restart: {restarted!r}")
    lost = Guard.restore(None, guard.config, clock=clock)
    print(f"{clock.now:7.2f} s  with its state lost: {lost!r}")
    restarted.reset("lee", "units fixed, replayed clean")
    print(f"{clock.now:7.2f} s  after a reset: {restarted!r}")


if __name__ == "__main__":
    asyncio.run(main())

"""A service that is healthy, degraded, slow, hanging, closing early, leaking or redirecting, as asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse

SECRET = "s3rvice-t0ken-that-nobody-may-see"

app = FastAPI()


def body(word: str, check: str) -> dict[str, Any]:
    return {"status": word, "checks": {"keys": {"status": check}, "ts": 1763720000}}


@app.get("/healthy")
async def healthy() -> dict[str, Any]:
    return body("ready", "ok")


@app.get("/degraded")
async def degraded() -> JSONResponse:
    return JSONResponse(body("degraded", "stale"), status_code=503)


@app.get("/slow")
async def slow() -> dict[str, Any]:
    await asyncio.sleep(0.3)
    return body("ready", "ok")


@app.get("/hanging")
async def hanging() -> dict[str, Any]:
    await asyncio.sleep(60)
    return body("ready", "ok")


@app.get("/closing")
async def closing() -> StreamingResponse:
    async def part() -> AsyncIterator[bytes]:
        yield b'{"status": "ready"'
        raise ConnectionResetError

    return StreamingResponse(part())


@app.get("/leaking")
async def leaking() -> PlainTextResponse:
    return PlainTextResponse(f"Traceback: token={SECRET}", status_code=500)


@app.get("/redirecting")
async def redirecting() -> RedirectResponse:
    return RedirectResponse("/healthy")


@app.get("/leaving")
async def leaving() -> RedirectResponse:
    return RedirectResponse("http://127.0.0.2:9/healthy")

"""Structured output by LangChain in each of its methods."""

import json

from langchain_setting import Place, chat, question
from pydantic import BaseModel
from uses import place, same, use


@use("structured output by a JSON schema, the default")
def _():
    for name in [place.chat, place.reasoning]:
        found = chat(model=name).with_structured_output(Place).invoke(question)
        assert isinstance(found, Place), found


@use("structured output by function calling")
def _():
    found = chat().with_structured_output(Place, method="function_calling").invoke(question)
    assert isinstance(found, Place), found


@use("structured output by function calling, strict")
def _():
    found = chat().with_structured_output(Place, method="function_calling", strict=True).invoke(question)
    assert isinstance(found, Place), found


@use("structured output by JSON mode")
def _():
    class Anything(BaseModel):
        pass

    found = chat().with_structured_output(Anything, method="json_mode", include_raw=True).invoke(question)
    same(found["parsing_error"], None)
    assert isinstance(json.loads(found["raw"].text), dict), found


@use("structured output beside the raw message")
def _():
    found = chat().with_structured_output(Place, include_raw=True).invoke(question)
    same([json.loads(found["raw"].text), found["parsing_error"]], [found["parsed"].model_dump(), None])


@use("structured output, streamed")
def _():
    found = list(chat().with_structured_output(Place).stream(question))[-1]
    assert isinstance(found, Place), found

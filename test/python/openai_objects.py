"""Structured output by the OpenAI client, parsed by its own helpers."""

import json

from openai_setting import Place, chat, client, messages
from uses import place, use


@use("structured output, parsed")
def _():
    answer = client.chat.completions.parse(model=place.chat, messages=messages, response_format=Place)
    assert isinstance(answer.choices[0].message.parsed, Place), answer


@use("structured output of a reasoning model, parsed")
def _():
    answer = client.chat.completions.parse(model=place.reasoning, messages=messages, response_format=Place)
    assert isinstance(answer.choices[0].message.parsed, Place), answer


@use("structured output, streamed and parsed")
def _():
    for model in [place.chat, place.reasoning]:
        with client.chat.completions.stream(model=model, messages=messages, response_format=Place) as stream:
            final = stream.get_final_completion()
        assert isinstance(final.choices[0].message.parsed, Place), final


@use("JSON mode")
def _():
    assert isinstance(json.loads(chat(response_format={"type": "json_object"}).choices[0].message.content), dict)

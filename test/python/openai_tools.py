"""Tools by the OpenAI client, parsed by its own helpers."""

import json

from openai_setting import GetTime, GetWeather, chat, client, messages, time, weather
from uses import place, same, use


@use("a tool, its result and the answer")
def _():
    first = chat(tools=[weather, time]).choices[0]
    same(first.finish_reason, "tool_calls")
    (call,) = first.message.tool_calls
    assert call.id.startswith("call_"), call.id
    same(call.function.name, "get_weather")
    city = json.loads(call.function.arguments)["city"]
    result = {"role": "tool", "tool_call_id": call.id, "content": f"21 degrees in {city}"}
    last = chat(tools=[weather, time], messages=[*messages, first.message, result]).choices[0]
    assert f"21 degrees in {city}" in last.message.content, last.message.content
    same([last.finish_reason, last.message.tool_calls], ["stop", None])


@use("a streamed tool, parsed by the client's own helper")
def _():
    with client.chat.completions.stream(model=place.chat, messages=messages, tools=[weather, time]) as stream:
        events = list(stream)
        final = stream.get_final_completion()
    assert any(event.type == "tool_calls.function.arguments.done" for event in events)
    (call,) = final.choices[0].message.tool_calls
    assert call.id.startswith("call_"), call.id
    assert isinstance(call.function.parsed_arguments, GetWeather), call


@use("a forced tool by its name, parsed")
def _():
    answer = client.chat.completions.parse(
        model=place.chat,
        messages=messages,
        tools=[weather, time],
        tool_choice={"type": "function", "function": {"name": "get_time"}},
    )
    (call,) = answer.choices[0].message.tool_calls
    assert isinstance(call.function.parsed_arguments, GetTime), call


@use("an old function call")
def _():
    function = {"name": "get_weather", "description": "The weather", "parameters": GetWeather.model_json_schema()}
    choice = chat(functions=[function], function_call={"name": "get_weather"}).choices[0]
    same([choice.finish_reason, choice.message.function_call.name], ["function_call", "get_weather"])
    assert "city" in json.loads(choice.message.function_call.arguments)

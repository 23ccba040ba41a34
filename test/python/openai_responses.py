"""The Responses endpoint by the OpenAI client."""

import json

import openai
from openai_setting import GetTime, GetWeather, Place, client, messages, question
from uses import place, same, use

flat_tools = [
    {"type": "function", "name": "get_weather", "description": "The weather", "parameters": GetWeather.model_json_schema()},
    {"type": "function", "name": "get_time", "description": "The hour", "parameters": GetTime.model_json_schema()},
]


@use("a response, and its stream with the same text")
def _():
    whole = client.responses.create(model=place.chat, input=question)
    assert question in whole.output_text and whole.status == "completed", whole
    events = list(client.responses.create(model=place.chat, input=question, stream=True))
    same([event.sequence_number for event in events], list(range(len(events))))
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    same("".join(deltas), whole.output_text)
    same(events[-1].type, "response.completed")


@use("a response of structured output, parsed")
def _():
    answer = client.responses.parse(model=place.chat, input=question, text_format=Place)
    assert isinstance(answer.output_parsed, Place), answer


# LM Studio's `call_id` has not OpenAI's form.
@use("a response's tool, its result and the answer")
def _():
    first = client.responses.create(model=place.chat, input=question, tools=flat_tools)
    (call,) = [item for item in first.output if item.type == "function_call"]
    assert call.call_id.startswith("call_"), call
    city = json.loads(call.arguments)["city"]
    result = {"type": "function_call_output", "call_id": call.call_id, "output": f"21 degrees in {city}"}
    history = [*messages, *first.output, result]
    last = client.responses.create(model=place.chat, input=history, tools=flat_tools)
    assert f"21 degrees in {city}" in last.output_text, last
    told = client.responses.create(
        model=place.chat, previous_response_id=first.id, input=[result], tools=flat_tools
    )
    same(told.output_text, last.output_text)


# LM Studio refuses a `tool_choice` that is an object.
@use("a response's forced tool, streamed")
def _():
    forced = {"type": "function", "name": "get_time"}
    with client.responses.stream(
        model=place.chat, input=question, tools=flat_tools, tool_choice=forced
    ) as stream:
        (call,) = stream.get_final_response().output
    same([call.name, list(json.loads(call.arguments))], ["get_time", ["zone"]])


# LM Studio leaves the object among the thoughts, and knows no `json_object`.
@use("a response of structured output by a reasoning model, parsed, and JSON mode")
def _():
    answer = client.responses.parse(model=place.reasoning, input=question, text_format=Place)
    assert isinstance(answer.output_parsed, Place), answer
    form = {"format": {"type": "json_object"}}
    assert isinstance(json.loads(client.responses.create(model=place.chat, input=question, text=form).output_text), dict)


# LM Studio tells thoughts as `content`, OpenAI as `summary`.
@use("a response's thoughts as a summary")
def _():
    answer = client.responses.create(model=place.reasoning, input=question, reasoning={"summary": "auto"})
    (thoughts,) = [item for item in answer.output if item.type == "reasoning"]
    assert "Simulated reasoning" in thoughts.summary[0].text, thoughts


# LM Studio's manners here keep no responses.
@use("a response that is stored, by its id, with its input items, until it is deleted")
def _():
    stored = client.responses.create(model=place.chat, input="My name is Ada.")
    same(client.responses.retrieve(stored.id).output_text, stored.output_text)
    (item,) = client.responses.input_items.list(stored.id).data
    same([item.role, item.content[0].text], ["user", "My name is Ada."])
    client.responses.delete(stored.id)
    try:
        client.responses.retrieve(stored.id)
    except openai.NotFoundError:
        return
    raise AssertionError("the response is still there")

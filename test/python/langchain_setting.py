"""What the uses of LangChain share."""

import warnings

from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_openai import AzureChatOpenAI, ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel
from uses import place, same

# pydantic warns of an object in a field of LangChain's own.
warnings.filterwarnings("ignore", module="pydantic")

question = "What is the weather in Paris?"
ending = "Grüße, こんにちは, 🙂!"


class Place(BaseModel):
    """A stay"""

    city: str
    days: int


@tool
def get_weather(city: str) -> str:
    """The weather of a city"""
    return f"21 degrees in {city}"


@tool
def get_time(zone: str) -> str:
    """The hour"""
    return f"noon in {zone}"


tools = [get_weather, get_time]


def chat(**settings):
    return ChatOpenAI(**{"model": place.chat, "max_retries": 0, **settings})


def azure_chat(**settings):
    # The name in the body decides nothing at Azure: the deployment in the path does.
    return AzureChatOpenAI(
        azure_endpoint=place.origin,
        api_key=place.api_key,
        api_version="2024-10-21",
        max_retries=0,
        openai_api_base=None,
        **{"azure_deployment": place.chat, "model": "gpt-4o-mini", **settings},
    )


def embedder(**settings):
    return OpenAIEmbeddings(**{"model": place.embedding, "max_retries": 0, **settings})


def answer_with_tool(model, first):
    (call,) = first.tool_calls
    assert call["id"].startswith("call_"), call
    same(call["name"], "get_weather")
    result = get_weather.invoke(call)
    same(result.tool_call_id, call["id"])
    last = model.invoke([HumanMessage(question), first, result])
    assert f"21 degrees in {call['args']['city']}" in last.text, last.text
    same(last.tool_calls, [])


def gather(chunks):
    """The sum of a stream's chunks, as the library adds them."""
    whole = None
    for chunk in chunks:
        whole = chunk if whole is None else whole + chunk
    return whole

"""What the uses of the OpenAI client share."""

import openai
from openai import OpenAI
from pydantic import BaseModel
from uses import place

client = OpenAI(max_retries=0)
question = "What is the weather in Paris?"
messages = [{"role": "user", "content": question}]
ending = "Grüße, こんにちは, 🙂!"


class Place(BaseModel):
    city: str
    days: int


class GetWeather(BaseModel):
    """The weather of a city"""

    city: str


class GetTime(BaseModel):
    """The hour"""

    zone: str


weather = openai.pydantic_function_tool(GetWeather, name="get_weather")
time = openai.pydantic_function_tool(GetTime, name="get_time")


def chat(**settings):
    return client.chat.completions.create(**{"model": place.chat, "messages": messages, **settings})

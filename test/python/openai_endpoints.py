"""The other endpoints by the OpenAI client: embeddings, models, completions; errors, and Azure's door."""

import openai
from openai import AzureOpenAI
from openai_setting import chat, client, messages, question
from uses import norm, place, same, use


@use("embeddings with the client's own defaults")
def _():
    texts = ["a rainy day", "a sunny day"]
    answer = client.embeddings.create(model=place.embedding, input=texts)
    floats = client.embeddings.create(model=place.embedding, input=texts, encoding_format="float")
    same([len(item.embedding) for item in answer.data], [place.dimensions] * 2)
    for ours, theirs in zip(answer.data, floats.data):
        assert abs(norm(ours.embedding) - 1) < 1e-4
        assert all(abs(a - b) < 1e-6 for a, b in zip(ours.embedding, theirs.embedding))
    packed = client.embeddings.create(model=place.embedding, input=texts, encoding_format="base64")
    assert isinstance(packed.data[0].embedding, str), "base64 was asked for"


@use("embeddings of token ids")
def _():
    ids = client.embeddings.create(model=place.embedding, input=[[9906, 1917], [6151]])
    texts = client.embeddings.create(model=place.embedding, input=["Hello world", "hi"])
    same([item.embedding for item in ids.data], [item.embedding for item in texts.data])


@use("shorter embeddings")
def _():
    (item,) = client.embeddings.create(model=place.embedding, input="a", dimensions=64).data
    same(len(item.embedding), 64)
    assert abs(norm(item.embedding) - 1) < 1e-4


@use("the list of models, and one by its id")
def _():
    models = {model.id: model for model in client.models.list()}
    assert place.chat in models, list(models)
    assert all(isinstance(model.created, int) and model.owned_by for model in models.values())
    same(client.models.retrieve(place.chat).id, place.chat)


@use("errors by their classes")
def _():
    for classes, code, call in [
        (openai.NotFoundError, "model_not_found", lambda: client.models.retrieve("nobody")),
        # The status is the operator's choice between 400 and 404.
        ((openai.NotFoundError, openai.BadRequestError), "model_not_found", lambda: chat(model="nobody")),
        (openai.BadRequestError, None, lambda: chat(messages="a string")),
        (openai.NotFoundError, None, lambda: client.moderations.create(input="a")),
    ]:
        try:
            call()
        except classes as error:
            same([error.type, error.code], ["invalid_request_error", error.code if code is None else code])
            assert error.request_id.startswith("req_"), error.request_id
        else:
            raise AssertionError(f"{code} was not raised")


@use("the older completions, whole and streamed")
def _():
    # The endpoint's own limit is sixteen tokens.
    settings = {"model": place.chat, "prompt": "Once upon a time", "max_tokens": 200}
    whole = client.completions.create(**settings)
    assert "Once upon a time" in whole.choices[0].text
    assert whole.id.startswith("cmpl-"), whole.id
    chunks = client.completions.create(**settings, stream=True)
    same("".join(chunk.choices[0].text for chunk in chunks), whole.choices[0].text)


@use("a chat, embeddings and a model by Azure's client")
def _():
    azure = AzureOpenAI(
        azure_endpoint=place.origin, api_key=place.api_key, api_version="2024-10-21", base_url=None, max_retries=0
    )
    answer = azure.chat.completions.create(model=place.chat, messages=messages)
    assert question in answer.choices[0].message.content
    (item,) = azure.embeddings.create(model=place.embedding, input="a").data
    same(len(item.embedding), place.dimensions)
    same(azure.models.retrieve(place.chat).id, place.chat)


# LM Studio takes no list of prompts.
@use("a list of prompts, one choice each")
def _():
    answer = client.completions.create(model=place.chat, prompt=["Once upon a time", "Twice upon a time"], max_tokens=200)
    same([choice.index for choice in answer.choices], [0, 1])
    assert "Once" in answer.choices[0].text and "Twice" in answer.choices[1].text, answer

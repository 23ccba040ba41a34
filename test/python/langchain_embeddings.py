"""Embeddings by LangChain, which sends token ids by default."""

from langchain_setting import embedder
from uses import near, norm, place, same, use


@use("embeddings by default settings, which are sent as token ids")
def _():
    texts = ["a rainy day", "a sunny day", "Grüße aus Köln, こんにちは 🙂"]
    vectors = embedder().embed_documents(texts)
    same([len(vector) for vector in vectors], [place.dimensions] * 3)
    as_text = embedder(check_embedding_ctx_length=False).embed_documents(texts)
    for ours, theirs in zip(vectors, as_text):
        assert abs(norm(ours) - 1) < 1e-4
        near(ours, theirs)
    near(embedder().embed_query(texts[2]), vectors[2])
    assert vectors[0] != vectors[1], "two texts have one vector"


@use("an embedding of a text that is longer than the context, joined by the library")
def _():
    (vector,) = embedder().embed_documents(["rain " * 10_000])
    same(len(vector), place.dimensions)
    assert abs(norm(vector) - 1) < 1e-4, norm(vector)


@use("more embeddings than go into one request")
def _():
    texts = [f"day {number}" for number in range(40)]
    vectors = embedder(chunk_size=16).embed_documents(texts)
    near(vectors[37], embedder().embed_query("day 37"))


@use("shorter embeddings")
def _():
    vector = embedder(dimensions=64).embed_query("a rainy day")
    same(len(vector), 64)
    assert abs(norm(vector) - 1) < 1e-4

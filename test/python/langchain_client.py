"""What LangChain for Python does with an endpoint; each use fails where its user would not get what OpenAI gives."""

import langchain_chat
import langchain_doors
import langchain_embeddings
import langchain_objects
import langchain_tools
from uses import run

run()

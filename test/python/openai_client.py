"""What Python's own OpenAI client does with an endpoint; each use fails where its user would not get what OpenAI gives."""

import openai_chat
import openai_endpoints
import openai_objects
import openai_responses
import openai_tools
from uses import run

run()

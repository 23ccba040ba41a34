/** `openai` 3 for JavaScript: axios below, streams by hand. */
import { Configuration, OpenAIApi } from "openai-v3";
import type { Client } from "../client.ts";
import { chatUses } from "./openai-v3/chat.ts";
import { restUses } from "./openai-v3/rest.ts";
import { connectUses } from "./subject.ts";

/** With its own defaults but for the address. */
export const openaiThree: Client = {
  name: "openai 3.3.0",
  uses: connectUses(
    { ...chatUses, ...restUses },
    ({ baseURL, apiKey }) => new OpenAIApi(new Configuration({ apiKey, basePath: baseURL })),
  ),
};

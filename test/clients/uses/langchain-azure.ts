/** LangChain for JavaScript at Azure's door: the deployment stands in the path, the key in a header of its own. */
import { AzureChatOpenAI, AzureOpenAIEmbeddings } from "@langchain/openai";
import { expect } from "vitest";
import type { Client, Place, Use } from "../client.ts";
import { chatUses, type MakeModel } from "./langchain-chat.ts";
import { embeddingUses } from "./langchain-embeddings.ts";
import { bindUses, nameOf, version } from "./langchain-models.ts";

function azureOf({ apiKey, baseURL }: Place) {
  return {
    azureOpenAIBasePath: `${new URL(baseURL).origin}/openai/deployments`,
    azureOpenAIApiKey: apiKey,
    azureOpenAIApiVersion: "2024-10-21",
    maxRetries: 0,
  };
}

function azureMakerOf(place: Place): MakeModel {
  return (role, settings) =>
    new AzureChatOpenAI({
      ...azureOf(place),
      azureOpenAIApiDeploymentName: nameOf(place, role),
      // Goes into the body, where it decides nothing: here it is always another than the deployment.
      model: "gpt-4o-mini",
      ...settings,
    });
}

const ownUses: Record<string, Use> = {
  async "the deployment deciding, whatever the body names"(place) {
    const answer = await azureMakerOf(place)("reasoning").invoke("Hello");
    expect(answer.response_metadata["model_name"]).toBe(place.reasoningModel);
    expect(answer.additional_kwargs["reasoning_content"]).toContain("Simulated reasoning");
  },
};

export const langchainAzure: Client = {
  name: `@langchain/openai ${version}, Azure`,
  uses: {
    ...bindUses(chatUses, azureMakerOf),
    ...ownUses,
    ...embeddingUses((place, settings) => {
      const deployment = { azureOpenAIApiDeploymentName: place.embeddingModel };
      return new AzureOpenAIEmbeddings({ ...azureOf(place), ...deployment, ...settings });
    }),
  },
};

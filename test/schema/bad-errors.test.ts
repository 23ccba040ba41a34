/** The check of answers finds errors that are not in OpenAI's shape. */
import { expect, it } from "vitest";
import type { Recorded } from "../clients/places.ts";
import { findDeviations } from "./deviations.ts";
import { got, answered, chatPath } from "./exchanges.ts";
import { error } from "./openai-objects.ts";

const cases: readonly (readonly [string, Recorded, string])[] = [
  [
    "an integer code",
    answered(chatPath, {}, error({ code: 400 }), 400),
    "/error/code must be string, is 400, or must be null, is 400",
  ],
  ["a string", answered(chatPath, {}, { error: "No." }, 400), '/error must be object, is "No."'],
  [
    "no param",
    answered(chatPath, {}, { error: { message: "", type: "", code: null } }, 400),
    "/error/param is missing",
  ],
  [
    "more than OpenAI tells",
    answered(chatPath, {}, error({ n_ctx: 1 }), 400),
    "/error/n_ctx is unknown to the schema",
  ],
  ["HTML", answered(chatPath, {}, "<html>", 503), "answer is no JSON"],
  [
    "an unknown endpoint's words",
    { ...got("/v1/files", { error: "no" }), status: 404 },
    '/error must be object, is "no"',
  ],
];

it.for(cases)("finds %s", ([, recorded, deviation]) => {
  expect(findDeviations(recorded)).toContainEqual(expect.stringContaining(deviation));
});

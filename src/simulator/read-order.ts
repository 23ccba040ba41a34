/** The middleware that reads what a request orders, and refuses an order that cannot be. */
import { type Hook, zValidator } from "@hono/zod-validator";
import type { z } from "zod";
import type { SimulatorEnv } from "./box.ts";
import { orderHeaders, toOrder } from "./fault.ts";
import { errorResponse } from "./json-response.ts";

type OrderSchema = typeof orderHeaders;
type OrderHook = Hook<z.output<OrderSchema>, SimulatorEnv, string, "header", {}, OrderSchema>;

const keepOrder: OrderHook = (result, context) => {
  if (result.success) {
    context.set("order", toOrder(result.data));
    return undefined;
  }
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  return errorResponse(400, `Wrong order to the simulator. ${problems.join("; ")}`);
};

/** Sets `order` on the context, or answers 400 with every header that is wrong. */
export const readOrder = zValidator<OrderSchema, "header", SimulatorEnv, string, OrderHook>(
  "header",
  orderHeaders,
  keepOrder,
);

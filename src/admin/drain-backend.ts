/** POST /admin/backends/{name}/drain and /undrain, for the holder of the admin key. */
import type { Context } from "hono";
import { findCredential, maskKey } from "../auth/credentials.ts";
import { missingKey, ProxyError, wrongKey } from "../errors.ts";
import { isSameSecret } from "../http/constant-time.ts";
import type { AppEnv } from "../pipeline/app-env.ts";
import type { Services } from "../pipeline/services.ts";

/** Answers with the backend's name and state. */
export function setDrained(
  { plan, pool, runtime }: Services,
  isDrained: boolean,
): (c: Context<AppEnv>) => Response {
  return (c) => {
    const key = findCredential(c.req.raw.headers);
    if (key === undefined) throw missingKey();
    if (plan.adminKey === undefined || !isSameSecret(key, plan.adminKey.reveal()))
      throw wrongKey(maskKey(key));
    const name = c.req.param("name");
    const backend = plan.backends.find((one) => one.name === name);
    if (backend === undefined) {
      throw new ProxyError({
        status: 404,
        type: "invalid_request_error",
        code: "backend_not_found",
        param: "name",
        message: `There is no backend named '${name ?? ""}'. GET /health lists them.`,
      });
    }
    pool.setDrained(backend, isDrained);
    runtime.log.info(isDrained ? "backend-drained" : "backend-undrained", { backend: backend.name });
    return c.json({ backend: backend.name, drained: isDrained });
  };
}

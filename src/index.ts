/** The public names: for whoever hosts the app in a program of their own. */
export { createApp } from "./app.ts";
export { ConfigError } from "./config/config-error.ts";
export { parseConfig } from "./config/parse.ts";
export type { Config, ConfigInput } from "./config/schema.ts";
export { createPortableRuntime, silentLog } from "./runtime.ts";
export type { Log, LogFields, Runtime, UpstreamInit } from "./runtime.ts";
export { createState } from "./state.ts";
export type { ProxyState } from "./state.ts";

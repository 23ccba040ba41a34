/** The types of one file of rate-limiter-flexible, which has types only for all of them together. */
declare module "rate-limiter-flexible/lib/RateLimiterMemory.js" {
  export { RateLimiterMemory as default } from "rate-limiter-flexible";
}

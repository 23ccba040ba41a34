/** The version of the proxy; a test holds it equal to package.json's, which not every runtime can import. */
export const version = "0.1.0";

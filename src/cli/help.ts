/** The text of --help. Holds no rule; the flags themselves stand in arguments.ts. */

export const helpText = `Usage: openai-local-proxy [options]

Lets any app written for OpenAI run on a model server of your own, such as LM Studio.

  --config FILE       configuration (YAML or JSON); else $OPENAI_LOCAL_PROXY_CONFIG,
                      else config.json, config.yaml or config.yml in this folder
  --backend URL       the box that runs the models; may be repeated
                      (default: http://localhost:1234)
  --map ALIAS=TARGET  serves the name ALIAS by the model TARGET; may be repeated;
                      a * in ALIAS matches anything
  --host HOST         the address to listen on (default: 127.0.0.1)
  --port PORT         the port to listen on, 0 for a free one (default: 8080)
  --workers N         processes that serve the port together, auto for one a core (default: 1)
  --log-level LEVEL   debug, info, warn or error (default: info)
  --simulate          serves from the built-in simulator: no box and no model needed
  --check             says whether the configuration is good, and ends
  --version, -v       prints the version, and ends
  --help, -h          prints this, and ends

Flags win over the configuration file: --backend and --simulate replace its backends,
--map adds to its model_mapping.
`;

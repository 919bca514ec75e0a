/**
 * The one model of the exam, as a registry file. 500 tokens out cost 135,000 micro-USD and reading in next to nothing, so a
 * reply of all tokens costs its reservation but for a few micro-USD, and 5 USD (the limit of a session and of a day) hold
 * 37 calls and no 38th.
 */
export const CALL_MICRO_USD = 135_000;
export const CALLS_THAT_FIT = 37;

export const MODELS = `models:
  - id: exam-1
    provider: openai-compatible
    tier: fast
    apiFamily: openaiChat
    contextTokens: 100000
    outputTokensMax: 4000
    acceptsTemperature: true
    acceptsForcedTools: true
    prices:
      inMicroUsdPerMTok: 1000
      outMicroUsdPerMTok: 270000000
      cacheReadMicroUsdPerMTok: 1000
      cacheWriteMicroUsdPerMTok: null
      asOf: 2026-11-01
    knowledgeCutoff: null
    minDelayMs: 0
    requestsPerMinute: 100000
    totalTimeoutMs: 60000
    idleTimeoutMs: 30000
`;

/** OpenAI's Responses API, where its newest models take tools; nothing is stored there. */
import { askOverHttp, type ProviderParts } from './in-exchange.ts';
import type { ModelProvider } from './model-provider.ts';
import { openaiBatches } from './openai-batches.ts';
import { openaiClientOf, openaiHealth } from './openai-client.ts';
import { createResponsesAssembly, responsesBody } from './openai-responses-wire.ts';

export function createOpenaiResponses(parts: ProviderParts): ModelProvider {
  const { name } = parts;
  return {
    name,
    generate: (request, options) =>
      askOverHttp(parts, request, options, (record) => ({
        assembly: createResponsesAssembly(name),
        send: (exchange) =>
          openaiClientOf(parts, options.baseUrl, exchange)
            .responses.create(responsesBody(request, record))
            .asResponse(),
      })),
    batches: openaiBatches(parts, (baseUrl, exchange) => openaiClientOf(parts, baseUrl, exchange)),
    health: (baseUrl) => openaiHealth(parts, baseUrl),
  };
}

/** Anthropic's Messages API through its own SDK, whose retries are off and whose network is ours. */
import { Anthropic } from '@anthropic-ai/sdk';
import type { ModelExchange } from '../http/model-http.ts';
import { createAnthropicAssembly } from './anthropic-assembly.ts';
import { anthropicBatches } from './anthropic-batches.ts';
import { anthropicBody } from './anthropic-body.ts';
import { askOverHttp, healthOverHttp, type ProviderParts } from './in-exchange.ts';
import { modelIdsOf } from './model-list.ts';
import type { ModelProvider } from './model-provider.ts';

export function createAnthropic(parts: ProviderParts): ModelProvider {
  const { name } = parts;
  return {
    name,
    generate: (request, options) =>
      askOverHttp(parts, request, options, (record) => ({
        assembly: createAnthropicAssembly(name),
        send: (exchange) =>
          clientOf(parts, options.baseUrl, exchange).messages.create(anthropicBody(request, record)).asResponse(),
      })),
    batches: anthropicBatches(parts, (baseUrl, exchange) => clientOf(parts, baseUrl, exchange)),
    health: (baseUrl) =>
      healthOverHttp(parts, baseUrl, async (exchange) =>
        modelIdsOf(await clientOf(parts, baseUrl, exchange).models.list().asResponse()),
      ),
  };
}

/** What an SDK would read from the environment is set here, so that it does not. */
const clientOf = ({ key }: ProviderParts, baseURL: string, { fetch }: ModelExchange): Anthropic =>
  new Anthropic({ apiKey: key, authToken: null, baseURL, fetch, maxRetries: 0, logLevel: 'off', config: null });

/** OpenAI's SDK with its retries off, our network, and nothing of the environment. */
import { OpenAI } from 'openai';
import type { ModelExchange } from '../http/model-http.ts';
import { healthOverHttp, type ProviderParts } from './in-exchange.ts';
import { modelIdsOf } from './model-list.ts';
import type { ProviderHealth } from './model-provider.ts';

/** A server that needs no key still wants to be sent one. */
const NO_KEY = 'none';

export const openaiClientOf = ({ key }: ProviderParts, baseURL: string, { fetch }: ModelExchange): OpenAI =>
  new OpenAI({
    ...{ apiKey: key ?? NO_KEY, adminAPIKey: null, organization: null, project: null, webhookSecret: null },
    ...{ baseURL, fetch, maxRetries: 0, logLevel: 'off' },
  });

export const openaiHealth = (parts: ProviderParts, baseUrl: string): Promise<ProviderHealth> =>
  healthOverHttp(parts, baseUrl, async (exchange) =>
    modelIdsOf(await openaiClientOf(parts, baseUrl, exchange).models.list().asResponse()),
  );

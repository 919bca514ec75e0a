/**
 * Claude models on AWS Bedrock: the Messages format, signed with SigV4 by an optional package. Only the credentials
 * that are handed in are used; the package does not look for others.
 */
import type { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk';
import type { ModelExchange } from '../http/model-http.ts';
import { createAnthropicAssembly } from './anthropic-assembly.ts';
import { anthropicBody } from './anthropic-body.ts';
import { notSent } from './call-failure.ts';
import { askOverHttp, healthOverHttp, type ProviderParts } from './in-exchange.ts';
import type { ModelProvider } from './model-provider.ts';
import { loadOptional } from './optional-package.ts';

export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
  readonly region: string;
};
export type BedrockParts = Omit<ProviderParts, 'key'> & { readonly aws: AwsCredentials | null };

const PACKAGE = { name: '@anthropic-ai/bedrock-sdk', version: '1.1.2' } as const;
type Package = { readonly AnthropicBedrock: typeof AnthropicBedrock };

export function createBedrock(parts: BedrockParts): ModelProvider {
  const { name, aws } = parts;
  // Of the credentials only the token is sent as it is: AWS repeats it where it refuses a signature.
  const asHttp = { ...parts, key: aws?.sessionToken ?? null };
  return {
    name,
    generate: (request, options) =>
      askOverHttp(asHttp, request, options, (record) => ({
        assembly: createAnthropicAssembly(name),
        send: async (exchange) => {
          const client = await clientOf(aws, options.baseUrl, exchange);
          return client.messages.create(anthropicBody(request, record)).asResponse();
        },
      })),
    health: (baseUrl) =>
      healthOverHttp(asHttp, baseUrl, async (exchange) => {
        await clientOf(aws, baseUrl, exchange);
        await reach(exchange, baseUrl);
        return null;
      }),
  };
}

async function clientOf(
  aws: AwsCredentials | null,
  baseURL: string,
  { fetch }: ModelExchange,
): Promise<AnthropicBedrock> {
  if (aws === null) throw notSent('LLM_AUTH', 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set');
  const { AnthropicBedrock } = await loadOptional<Package>(PACKAGE);
  return new AnthropicBedrock({
    awsAccessKey: aws.accessKeyId,
    awsSecretKey: aws.secretAccessKey,
    awsSessionToken: aws.sessionToken,
    awsRegion: aws.region,
    ...{ apiKey: null, baseURL, fetch, maxRetries: 0, logLevel: 'off' as const },
  });
}

/** It has no list that costs nothing: whoever answers at all, if only with a refusal, is there. */
async function reach(exchange: ModelExchange, baseUrl: string): Promise<void> {
  await exchange.fetch(baseUrl).catch((error: unknown) => {
    const code = exchange.failure()?.failure.code;
    if (code !== 'LLM_AUTH' && code !== 'LLM_BAD_REQUEST') throw error;
  });
}

/** Every provider over the network, held to the one contract, each against a peer that speaks its wire format. */
import { describe, expect, it } from 'vitest';
import { createAnthropic } from '../../../adapters/llm/anthropic.ts';
import { createBedrock } from '../../../adapters/llm/bedrock.ts';
import { createOpenaiCompatible } from '../../../adapters/llm/openai-compatible.ts';
import { createOpenaiResponses } from '../../../adapters/llm/openai-responses.ts';
import { describeModelProviderContract } from '../../contracts/model-provider-contract.ts';
import { anthropicFormat, bedrockFormat } from './peers/anthropic-format.ts';
import { type PeerRequest, startModelPeer } from './peers/model-peer.ts';
import { chatFormat, responsesFormat } from './peers/openai-formats.ts';
import { authorizationOf } from './sig-v4.ts';

const SECRET = 'sk-test-canary-0123456789';
const parts = { name: 'tested', key: SECRET } as const;
const AWS = {
  accessKeyId: 'AKIAEXAMPLE000000000',
  secretAccessKey: 'example-secret',
  sessionToken: null,
  region: 'eu-west-1',
};

type Body = Record<string, never>;
// biome-ignore lint/suspicious/noExplicitAny: bodies of four formats are looked into
const fields = (body: Body): any => body;

const anthropicSent = (body: Body) => {
  const { model, max_tokens: maxTokens, system, temperature, tool_choice, output_config, tools = [] } = fields(body);
  return {
    model,
    maxTokens,
    system,
    temperature,
    forcedTool: tool_choice?.name,
    schema: output_config?.format?.schema,
    tools,
  };
};

describeModelProviderContract('anthropic', {
  ...{ format: anthropicFormat, apiFamily: 'anthropicMessages', secret: SECRET, thinks: true },
  baseUrl: (url) => url,
  create: (recordOf, allowLoopback) => createAnthropic({ ...parts, recordOf, allowLoopback }),
  sent: anthropicSent,
});

describeModelProviderContract('bedrock', {
  ...{ format: bedrockFormat, apiFamily: 'bedrockMessages', secret: AWS.accessKeyId, thinks: true },
  baseUrl: (url) => url,
  create: (recordOf, allowLoopback) => createBedrock({ name: 'tested', aws: AWS, recordOf, allowLoopback }),
  // The model's name is in the path there.
  sent: (body: Body) => ({ ...anthropicSent(body), model: 'wire-name' }),
});

describeModelProviderContract('openai', {
  ...{ format: responsesFormat, apiFamily: 'openaiResponses', secret: SECRET, thinks: true },
  baseUrl: (url) => `${url}/v1`,
  create: (recordOf, allowLoopback) => createOpenaiResponses({ ...parts, recordOf, allowLoopback }),
  sent: (body: Body) => {
    const {
      model,
      max_output_tokens: maxTokens,
      instructions: system,
      temperature,
      tool_choice,
      text,
      tools = [],
    } = fields(body);
    return {
      model,
      maxTokens,
      system,
      temperature,
      forcedTool: tool_choice?.name,
      schema: text?.format?.schema,
      tools,
    };
  },
});

describeModelProviderContract('openai-compatible', {
  ...{ format: chatFormat, apiFamily: 'openaiChat', secret: SECRET, thinks: false },
  baseUrl: (url) => `${url}/v1`,
  create: (recordOf, allowLoopback) => createOpenaiCompatible({ ...parts, recordOf, allowLoopback }),
  sent: (body: Body) => {
    const {
      model,
      max_tokens: maxTokens,
      messages,
      temperature,
      tool_choice,
      response_format,
      tools = [],
    } = fields(body);
    const forcedTool = tool_choice?.function?.name;
    const schema = response_format?.json_schema?.schema;
    return { model, maxTokens, system: messages[0].content, temperature, forcedTool, schema, tools };
  },
});

describe('what stands on the wire', () => {
  const record = () => ({
    ...({
      id: 'm',
      provider: 'tested',
      tier: 'fast',
      apiFamily: 'bedrockMessages',
      wireName: 'anthropic.m-v1:0',
    } as const),
    ...{ contextTokens: 1_000, outputTokensMax: 100, acceptsTemperature: false, acceptsForcedTools: false },
    ...({ prices: 'unpriced', knowledgeCutoff: null, minDelayMs: 0, requestsPerMinute: 1 } as const),
    ...{ totalTimeoutMs: 5_000, idleTimeoutMs: 2_000 },
  });
  const request = {
    ...{ model: 'm', system: '', messages: [{ role: 'user' as const, text: 'x' }], tools: [], answer: null },
    ...{ maxTokens: 10, temperature: null, idleTimeoutMs: 2_000, totalTimeoutMs: 5_000 },
  };

  it('is signed with SigV4 for Bedrock, the model in the path, and never the secret', async () => {
    const peer = await startModelPeer(bedrockFormat);
    peer.script = [{ kind: 'answer', answer: { text: 'hello' } }];
    const bedrock = createBedrock({ name: 'tested', aws: AWS, recordOf: record, allowLoopback: true });
    const reply = await bedrock.generate(request, { baseUrl: peer.url });
    const [asked] = peer.requests;
    await peer.close();
    expect(reply.text).toBe('hello');
    expect(asked?.path).toContain('/model/anthropic.m-v1');
    expect(asked?.path).toContain('invoke-with-response-stream');
    const told = String(asked?.headers.authorization);
    expect(told).toMatch(/ Credential=AKIAEXAMPLE000000000\/\d{8}\/eu-west-1\/bedrock\/aws4_request, /);
    expect(told).toMatch(/SignedHeaders=.*\bhost\b.*x-amz-date/);
    expect(told).toBe(authorizationOf(asked as PeerRequest, AWS.accessKeyId, AWS.secretAccessKey));
    expect(told).not.toBe(authorizationOf(asked as PeerRequest, AWS.accessKeyId, 'another secret'));
    expect(JSON.stringify(asked)).not.toContain(AWS.secretAccessKey);
  });

  it('never tells the token of a session, which AWS repeats where it refuses a signature', async () => {
    const sessionToken = 'FwoGZXIvYXdzEXAMPLETOKEN0123456789';
    const peer = await startModelPeer(bedrockFormat);
    const message = `The canonical request should have been x-amz-security-token:${sessionToken}`;
    peer.script = [{ kind: 'status', status: 403, body: JSON.stringify({ message }) }];
    const aws = { ...AWS, sessionToken };
    const bedrock = createBedrock({ name: 'tested', aws, recordOf: record, allowLoopback: true });
    const failure: unknown = await bedrock.generate(request, { baseUrl: peer.url }).catch((error: unknown) => error);
    await peer.close();
    expect(peer.requests[0]?.headers['x-amz-security-token']).toBe(sessionToken);
    expect(failure).toMatchObject({ failure: { code: 'LLM_AUTH' } });
    expect(String(failure)).toMatch(/x-amz-security-token:\[secret\]/);
  });

  it('says without credentials what is missing, and asks nobody', async () => {
    const bedrock = createBedrock({ name: 'tested', aws: null, recordOf: record, allowLoopback: true });
    const asked = bedrock.generate(request, { baseUrl: 'http://127.0.0.1:9' });
    await expect(asked).rejects.toMatchObject({ failure: { code: 'LLM_AUTH', mayHaveBeenBilled: false } });
  });
});

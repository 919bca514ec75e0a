/** Any server that speaks Chat Completions at its own address: Ollama, vLLM, llama.cpp, LM Studio, Together. */
import { askOverHttp, type ProviderParts } from './in-exchange.ts';
import type { ModelProvider } from './model-provider.ts';
import { chatBody, createChatAssembly } from './openai-chat-wire.ts';
import { openaiClientOf, openaiHealth } from './openai-client.ts';

export const createOpenaiCompatible = (parts: ProviderParts): ModelProvider => ({
  name: parts.name,
  generate: (request, options) =>
    askOverHttp(parts, request, options, (record) => ({
      assembly: createChatAssembly(),
      send: (exchange) =>
        openaiClientOf(parts, options.baseUrl, exchange)
          .chat.completions.create(chatBody(request, record))
          .asResponse(),
    })),
  health: (baseUrl) => openaiHealth(parts, baseUrl),
});

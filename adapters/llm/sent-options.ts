/** What a model's record lets onto the wire. A model that refuses a temperature or a forced tool never gets one. */
import type { ModelRequest } from '../../schemas/llm/model-call.ts';
import type { ModelRecord } from '../../schemas/llm/model-registry.ts';

/** Null: none is sent. */
export const temperatureFor = (request: ModelRequest, record: ModelRecord): number | null =>
  record.acceptsTemperature ? request.temperature : null;

/** The tool that must be called; null: the model chooses. */
export const forcedToolFor = ({ toolChoice }: ModelRequest, record: ModelRecord): string | null =>
  typeof toolChoice === 'object' && record.acceptsForcedTools ? toolChoice.tool : null;

/** What a store or a workflow tells, as the JSON document that is answered: undefined fields go, dates become text. */
import { documentSchema } from '../schemas/http.ts';

export const plain = (value: unknown) => documentSchema.parse(JSON.parse(JSON.stringify(value)));

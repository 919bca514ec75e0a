/** What the description of the interface says beside the schemas: a body that may be left out is not required. */
import type { SwaggerTransformObject } from '@fastify/swagger';
import { z } from 'zod';

const bodySchema = z.looseObject({
  required: z.boolean().optional(),
  content: z.record(z.string(), z.looseObject({ schema: z.looseObject({ anyOf: z.array(z.unknown()).optional() }) })),
});
const pathsSchema = z.record(z.string(), z.record(z.string(), z.unknown()));

/** A body that may be null may be absent. */
export const withOptionalBodies: SwaggerTransformObject = (document) => {
  if (!('openapiObject' in document)) throw new Error('this interface is described as OpenAPI 3');
  const { openapiObject } = document;
  const paths = pathsSchema.parse(openapiObject.paths ?? {});
  for (const operation of Object.values(paths).flatMap(Object.values)) {
    const { data: body } = bodySchema.safeParse(Object(operation).requestBody);
    const isOptional = Object.values(body?.content ?? {}).some(({ schema }) =>
      JSON.stringify(schema).includes('"null"'),
    );
    if (isOptional) Object(operation).requestBody.required = false;
  }
  return openapiObject;
};

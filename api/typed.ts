/** The server, with the types of a request and its answer taken from the schemas of each route. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

export type Api = FastifyInstance;

export const typed = (app: Api) => app.withTypeProvider<ZodTypeProvider>();
export type Routes = ReturnType<typeof typed>;

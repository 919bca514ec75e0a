/** The exam of orders once more, with Temporal's own server and its data in Postgres, as docker-compose.yml runs it. */
import { ordersExperiment } from './orders.ts';

export const experiment = ordersExperiment('orders-on-postgres', 'postgres');

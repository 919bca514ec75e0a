/** Buys at the first chance and never sells: the yardstick of every other strategy. */
export default {
  name: 'buy-and-hold',
  decide: () => ({ action: 'buy' }),
};

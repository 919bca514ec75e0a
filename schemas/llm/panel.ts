/** Several models asked the same: their seats. Accuracy 0 to 1. */
export type PanelRequest = { readonly seats: number; readonly regime: string | null };

export type Seat = {
  /** The model, with a number where it sits twice. */
  readonly name: string;
  readonly model: string;
  readonly accuracy: number;
};
/** Empty: nobody can be asked. */
export type Panel = readonly Seat[];

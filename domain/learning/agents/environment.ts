/**
 * What an agent acts in: a pure step from state and action to what follows. `terminated` is the end of an episode by
 * its own rules; `truncated` is a time limit, after which the value of the state still counts.
 */
export type EnvironmentStep<State> = {
  readonly state: State;
  readonly reward: number;
  /** What the reward was made of, before it was scaled. */
  readonly terms?: Readonly<Record<string, number>>;
  readonly terminated: boolean;
  readonly truncated: boolean;
};

export type Environment<State> = {
  /** Numbers of an observation. */
  readonly inputs: number;
  readonly actions: number;
  readonly reset: (uniform: () => number) => State;
  readonly step: (state: State, action: number) => EnvironmentStep<State>;
  /** Bits of the actions that may be taken in a state, at least one; absent: always all. */
  readonly open?: (state: State) => number;
  /** What the agent sees of a state. */
  readonly observe: (state: State) => ArrayLike<number>;
};

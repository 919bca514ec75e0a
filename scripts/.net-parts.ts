import { beginTraining, trainStep, greedyReturn } from '../domain/learning/agents/training.ts';
import { cartPole } from '../domain/learning/agents/cartpole.ts';
import { cartPoleSettings } from '../domain/learning/agents/training-settings.ts';
const [steps='300000', seeds='2', every='10'] = process.argv.slice(2);
for (const seed of seeds.split(',')) {
  const base = cartPoleSettings({steps:+steps,double:true,dueling:false,prioritised:false,nStep:1});
  const t = beginTraining(cartPole, {...base, learnEvery:+every}, `cartpole:${seed}`);
  let best=0,at=0; const line:string[]=[];
  for (let i=1;i<=+steps;i++){ trainStep(t); if(i%10000===0){ const g=greedyReturn(t,`cartpole:${seed}:greedy`,20); if(g>best){best=g;at=i;} if(i%100000===0) line.push(`${i/1000}k ${(t.progress.returns.reduce((a,b)=>a+b,0)/100).toFixed(0)}`);} }
  console.log(`steps ${steps} every ${every} seed ${seed}:`, line.join(' '), 'best', best, 'at', at);
}

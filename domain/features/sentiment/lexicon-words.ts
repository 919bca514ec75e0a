/**
 * The single words of the finance lexicon, by what they do. Our own list: general words of markets, no names of firms.
 * Regular verbs stand in their base form and are inflected by lexicon.ts; other forms are written out. A word with a !
 * says something only together with others: it counts half.
 */

/** Verbs of upward movement that say so by themselves. */
export const RISE_STRONG = `surge soar rally rocket skyrocket zoom spike leap jump climb outperform rebound recover
  strengthen accelerate flourish thrive boom advance gain rose risen rise rises rising bounce appreciate double
  triple quadruple treble grew grown grow grows growing improve surpass exceed outpace outshine outstrip uptick
  upswing upsurge uptrend`;

/** Verbs of downward movement that say so by themselves. */
export const FALL_STRONG = `plunge plummet tumble slump crash tank sink sank sunk nosedive collapse slide slid slip
  drop fall fell fallen falls falling decline dip weaken soften retreat underperform deteriorate shrink shrank
  shrunk dive crumble crater depreciate sag skid wobble stumble falter slowdown downturn downtrend dwindle erode
  swoon selloff sell-off meltdown decelerate`;

/** Movement that needs a quantity beside it: "cuts costs", "raises guidance", "higher sales". */
export const RISE_OF = `increase raise lift boost hike expand widen grow up higher improve lengthen broaden enlarge
  swell upped bump elevate enhance jack`;
export const FALL_OF = `decrease reduce cut cuts cutting lower lowered lowers lowering trim slash narrow shrink
  diminish down curb halve ease cool fade abate recede subside slow stall pare scale! prune shave lessen fewer ax axe
  reduction`;

/** What falls short of or goes beyond an expectation. */
export const BEAT =
  'beat beats beating tops topped exceed exceeds exceeded surpass surpasses surpassed outpaces trounce smashes smashed';
export const MISS = 'miss misses missed missing lag lags lagged trails trailed undershoot undershoots';

/** Quantities of which more is good news. */
export const GOOD_QUANTITIES = `profit profits earnings income revenue revenues sales sale turnover ebitda ebit pbt
  pat margin margins share shares stock stocks equity equities index indices sensex nifty dow nasdaq ftse nikkei
  futures price prices demand order orders output production shipments exports deliveries dividend dividends payout
  eps cash cashflow guidance outlook forecast forecasts estimates estimate estimation expectations view target
  targets rating ratings growth gdp jobs payrolls hiring employment confidence sentiment backlog bookings volumes
  volume users subscribers customers traffic capacity stake holding holdings market markets bourse bourses rupee
  dollar euro pound yen sterling currency gold silver crude oil copper zinc nickel aluminium lead! metals commodity
  commodities bitcoin crypto ether premium valuation value capital funding investment investments collections bid
  offer return returns yield! bonds treasuries treasury gilts surplus reserves reserve inflows net result results
  quarter performance position efficiency productivity popularity consumption spending footfall occupancy rupees
  savings saving topline bottomline assets aum deposits loans! credit! liquidity workforce headcount staff buyback
  wall street`;

/** Quantities of which more is bad news. */
export const BAD_QUANTITIES = `loss losses cost costs expense expenses expenditure debt debts liabilities deficit
  deficits unemployment joblessness claims layoffs inflation tariff tariffs tax taxes duty duties interest! npa npas
  provisions provisioning delinquencies defaults bankruptcies complaints delays outages fines penalties impairment
  impairments writedown writedowns write-down write-downs write-offs charge! charges! outflows inventories inventory
  glut risk risks fear fears worry worries concern concerns pressure pressures tension tensions uncertainty
  volatility vix cases! deaths infections churn attrition emissions leverage burden fees borrowing borrowings shorts
  overheads redemptions gap! shortfall`;

/** Good by itself. */
export const GOOD_CLEAR = `bullish upbeat robust strong stronger strongest solid stellar impressive positive
  positives profitable lucrative attractive favourable favorable favourite favorite healthy buoyant booming
  optimistic optimism bull bulls upgrade upgrades upgraded upside win winner winners winning won wins success
  successful successfully
  breakthrough outperformer outperformance multibagger multibaggers turnaround revival recovery rebound resilient
  resilience record! best better excellent great good promising overweight oversubscribed undervalued gainer gainers
  darling darlings bonus reward rewarding rewards cheer cheers cheerful boon tailwind tailwinds prosper prosperity
  beneficiary benefit benefited benefits benefiting benefitted accretive shine shines shone brisk blockbuster
  celebrate exceptional outstanding superb terrific remarkable boost boosts boosted boosting help helps helped aid
  aids aided aiding jubilant relief delight delights happy enthusiasm enthusiastic momentum breakout approval!
  approved! approves! nod! award awarded awards! bags bagged clinch clinches clinched secures secured accelerating
  improving improvement improvements strengthening strengthens exceeding expansion uptick rosy encouraging encourage
  encouraged confident leader leadership leading! innovative efficient superior perk lucky bargain cheap! surplus
  long! calls! moon bounceback undervaluation outpaces bulls' greener profitability rally rallies upturn thriving
  decent sweet sizzle sizzles dazzle dazzles glitter glitters sparkle sparkles pop pops popped soar strength
  strengths streamline streamlined competitive competitiveness oversubscription thumbs-up overachieve synergies
  synergy bottoming bottomed breakouts squeezing ripping rip! uptrending undervalue accumulating rebounding bouncing
  nice! love! loving beautiful beast monster! explode! explodes! exploding! confirm! support! supports! delivers!
  delivering! growth! opportunity! opportunities! potential! oversold buyers! bid! bids! buying! bought! upward
  upwards upmove buoyed buoys`;

/** Bad by itself. */
export const BAD_CLEAR = `bearish gloomy gloom weak weaker weakest weakness sluggish subdued muted dismal
  disappointing disappoint disappoints disappointed disappointment poor poorly negative negatives bleak grim dull
  lacklustre lackluster tepid anaemic anemic bad worse worst worsen worsens worsening worsened bear bears downgrade
  downgrades downgraded loss-making
  downside loser losers lose loses losing lost failure fail fails failed failing bankrupt bankruptcy insolvent
  insolvency defaulted defaulting avoid! avoids avoided wary fraud fraudulent scam scandal lawsuit lawsuits sue sues
  sued suing probe probes investigation investigations indicted indictment fine! fined penalty penalised penalized
  ban bans banned banning recall recalls recalled layoff warn warns warned warning warnings crisis crises recession
  slump stress stressed distress distressed trouble troubled troubles turmoil turbulence panic plague plagued fear
  worry worried worries woe woes concern headwind headwinds hurt hurts hurting hit! harm harms damage damages
  damaged damaging pain painful struggle struggles struggled struggling suffer suffers suffered suffering halt halts
  halted suspend suspends suspended suspension delay delays delayed delaying disrupt disrupts disrupted disruption
  disruptions shortage shortages cautious caution pessimistic pessimism underweight underperformer overvalued
  expensive! dilutive drag drags dragged dragging weigh weighs weighed weighing profit-taking profit-booking rout
  carnage bloodbath downturn shutdown closure! closures quit! terminate terminated terminates termination cancel
  cancels cancelled canceled cancellation cancellations reject rejects rejected rejection slowdown stagnation
  stagnant stagnate stagnates threat threats threaten threatens threatened jitters jittery nervous anxiety dampen
  dampens dampened dent dents dented mar marred impairment writedown write-down write-off strike! strikes! protest!
  protests! sanction sanctions! sanctioned breach breaches hack hacked theft raid! arrest arrests arrested accused
  accuses accuse alleged violation violations illegal misconduct manipulation bribery bribe delist delisted
  delisting default defaults liquidation liquidate wipe wiped wipes erase erases erased vulnerable choppy
  bearishness sour sours soured tough! difficult! difficulties difficulty challenging uncertain uncertainty
  volatile! oversupply overhang glut squeezed! squeeze! bust crushed dump dumps dumped dumping short! shorting puts!
  dead doom doomed toxic ugly disaster disastrous catastrophe woeful horrible terrible awful scrapped scraps scrap!
  abandon! abandons abandoned walkout backlash boycott exodus downbeat tightening! sceptical skeptical doubt doubts
  slack shaky flop flops flopped dissatisfied unprofitable unfavourable unfavorable adverse adversely lacks lack
  lacking redundancies redundancy job-cuts lay-off lay-offs topping topped-out rejected! overextended overextension
  overbought downtrending crap hate! sellers! selling! sold! downward downwards bleeding bleed bleeds resistance!
  exit! exits! quits! departs! departure! axed faces! grapples squeezes probed! allegations allegation misled
  mislead insider! evasion laundering correction! pullback! risky`;

/** They turn what follows them. */
export const NEGATORS = `not no never neither nor without cannot can't won't don't doesn't didn't isn't aren't
  wasn't weren't hasn't haven't wouldn't couldn't shouldn't hardly barely unlikely lack lacks denies deny denied
  prevent prevents prevented eliminates eliminate fail fails failed failing unable`;

/** What is bad behind them has not come. */
export const REMOVERS = `avoid avoids avoided avoiding avert averts averted escape escapes escaped dodge dodges dodged
  resolve resolves resolved dismiss dismisses dismissed`;

/** What follows them is a background, not the news. */
export const CONCESSIONS = 'despite notwithstanding though although amid amidst defying defies shrugs';

/** What follows them gives the reason. */
export const REASONS = 'after as on following because due since over ahead';

/** They make a statement a possibility. */
export const HEDGES =
  'may might could would if should whether can possibly perhaps likely expected expects seen likely';

/** Ratings that an analyst gives: good, bad and neither. */
export const RATINGS_GOOD = [
  'buy',
  'strong buy',
  'outperform',
  'overweight',
  'accumulate',
  'sector outperform',
  'top pick',
];
export const RATINGS_BAD = ['sell', 'strong sell', 'underperform', 'underweight', 'reduce', 'sector underperform'];
export const RATINGS_FLAT = [
  ...['hold', 'neutral', 'equal weight', 'equal-weight', 'equalweight', 'market perform', 'sector perform', 'in line'],
  ...['in-line', 'peer perform', 'perform', 'sector weight', 'market weight'],
];

/** They say that nothing moves. */
export const STILL = 'flat mixed rangebound range-bound steady sideways unchanged stable little';

/** Advice, where it begins a clause. */
export const ADVICE_BUY = 'buy accumulate prefer recommend overweight enter hold! add long buying bet';
export const ADVICE_SELL = 'sell short avoid exit reduce underweight selling dump';

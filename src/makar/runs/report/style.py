"""How the page looks: a printed edition of music, not an instrument panel.

Cream paper and ink, red for what was learned (as rubrics are printed red), rehearsal letters
for the parts. Every text colour has a contrast of at least 4.5 to 1 on its paper.
"""

STYLE = """
:root{color-scheme:light dark;--paper:#fbf9f3;--sheet:#fffefa;--ink:#1e1b17;--soft:#5f594f;
--hair:#d9d3c5;--rule:#b5ad9c;--after:#a5301d;--before:#44597c;--people:#2c6b5c;--best:#7d5a0b;
--band:#2c6b5c22;--wash:#a5301d12;
--serif:"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L","Book Antiqua",
"Source Serif 4",Georgia,"Noto Serif","FreeSerif",serif;
--sans:"Avenir Next",Avenir,"Segoe UI",Inter,Roboto,"Noto Sans","Helvetica Neue","DejaVu Sans",
sans-serif;
--mono:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media(prefers-color-scheme:dark){:root{--paper:#161513;--sheet:#1e1c19;--ink:#ece6da;
--soft:#aaa294;--hair:#38342e;--rule:#5c564c;--after:#ff8d6e;--before:#9fb6da;--people:#72c8b0;
--best:#d9b45c;--band:#72c8b026;--wash:#ff8d6e14}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0 auto;max-width:74rem;padding:0 clamp(1.1rem,4vw,3.5rem) 5rem;background:var(--paper);
color:var(--ink);font:1.0625rem/1.6 var(--serif);font-variant-numeric:lining-nums;
overflow-wrap:break-word}
h1,h2,h3,h4,p,ul,ol,dl,dd,figure{margin:0;padding:0}
ul,ol{list-style:none}
h1,h2,h3{font-weight:500;line-height:1.15;text-wrap:balance}
a{color:inherit;text-decoration-color:var(--rule);text-underline-offset:.2em}
a:hover{text-decoration-color:currentColor}
:focus-visible{outline:2px solid var(--after);outline-offset:3px;border-radius:2px}
abbr{text-decoration:none}
.term{text-decoration:underline dotted var(--rule);text-underline-offset:.22em}
code{font:.82em var(--mono)}
small{font-size:.8em;color:var(--soft);font-weight:400}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);
white-space:nowrap}
.skip{position:absolute;left:-99rem;top:.6rem;padding:.5rem 1rem;background:var(--sheet)}
.skip:focus{left:1rem;z-index:2}

.top{padding-top:clamp(1.4rem,3vw,2.2rem)}
.eyebrow{font:.78rem/1.4 var(--sans);letter-spacing:.09em;color:var(--soft)}
h1{font-size:clamp(2.1rem,4.6vw,3.3rem);letter-spacing:-.015em;margin:.2rem 0 .35rem}
.asked{display:flex;flex-wrap:wrap;gap:0 .55em;color:var(--soft);font-style:italic;
font-size:1.15rem}
.asked li:not(:last-child)::after{content:" ·"}
.melody{display:block;margin:.5rem 0 .1rem;overflow:visible;color:var(--ink)}
.melody>line{stroke:var(--rule);stroke-width:1}
.melody .bar{stroke:var(--rule)}
.melody .bar.thick{stroke-width:5;stroke:var(--ink)}
.melody .note{fill:currentColor;stroke:currentColor;overflow:visible}
.melody .note ellipse{stroke:none}
.melody .note path{stroke-width:1.3;fill:none}
.melody .first{color:var(--before)}
.melody .last{color:var(--after)}
.verdict{max-width:58rem;color:var(--soft)}
.verdict p:first-child{font-size:clamp(1.12rem,2vw,1.32rem);line-height:1.4;color:var(--ink);
margin-bottom:.3rem}
.verdict p:not(:first-child){display:inline}
.banner{margin:1rem 0;padding:.6rem 1.1rem;background:var(--wash);
border:1.5px solid var(--after);border-radius:3px}
.banner strong{color:var(--after);margin-right:.3em}
.rewarded{margin-top:.5rem;max-width:58rem}
.rewarded summary{color:var(--soft)}
.rewarded summary span{color:var(--ink)}
.rewarded ul{margin:.7rem 0 1rem 1.2rem;max-width:46rem}
.rewarded li{display:grid;grid-template-columns:1fr 7rem 3rem;gap:1rem;align-items:center;
padding:.22rem 0;border-bottom:1px solid var(--hair);font-size:.97rem}
.rewarded b{text-align:right;font-weight:500;font-variant-numeric:tabular-nums}
.weight{height:5px;background:linear-gradient(var(--after),var(--after)) left/
calc(var(--share)*100%) 100% no-repeat}

nav{padding:.9rem 0 .7rem;border-bottom:1px solid var(--hair)}
nav ol{display:flex;flex-wrap:wrap;gap:.3rem 1.5rem;font:.8rem/1.5 var(--sans)}
nav a{text-decoration:none;color:var(--soft);white-space:nowrap}
nav a:hover{color:var(--ink)}
nav .mark,h2 .mark{display:inline-grid;place-items:center;border:1.5px solid currentColor;
font-family:var(--serif);font-weight:700;line-height:1}
nav .mark{width:1.4em;height:1.4em;font-size:.8em;border-width:1px;margin-right:.45em}
.part{margin-top:clamp(2.6rem,6vw,4.5rem);scroll-margin-top:1rem}
.part:first-child{margin-top:1.6rem}
.part:first-child h2{margin-bottom:.6rem}
h2{font-size:clamp(1.55rem,3vw,2.1rem);margin-bottom:1.2rem;display:flex;align-items:center;
gap:.55em}
h2 .mark{width:1.45em;height:1.45em;font-size:.66em;color:var(--after);flex:none}
h3{font-size:1.25rem;margin:2.4rem 0 .6rem}
h4{font-size:1.05rem;font-weight:600}
.lead{color:var(--soft);max-width:44rem;margin-bottom:1.1rem}
summary{cursor:pointer}
summary h3{display:inline;margin:0}
summary::marker{color:var(--after)}
details>summary+*{margin-top:1rem}

.pair,.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));
gap:clamp(1rem,2.4vw,1.8rem)}
.work{background:var(--sheet);border:1px solid var(--hair);border-top:3px solid var(--before);
padding:1.1rem clamp(.9rem,2vw,1.5rem) 1rem;display:flex;flex-direction:column;gap:.7rem;
min-width:0;border-radius:2px}
.work.after{border-top-color:var(--after)}
.work header{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 .8rem}
.work header p{color:var(--soft);font-size:.88rem}
.work h3,.work h4{margin:0;font-size:1.3rem;font-weight:500;color:var(--before)}
.work.after :is(h3,h4){color:var(--after)}
.work .score{margin-left:auto}
.work .score b{font-size:1.35rem;font-weight:500;color:var(--ink)}
.work audio{width:100%;height:2.6rem;display:block}
.work svg{display:block;max-width:100%;height:auto}
.work .staff svg{width:100%}
.work details{font-size:.9rem;color:var(--soft)}
.work .near{font-size:.92rem;line-height:1.45}
.work footer{font-size:.8rem;color:var(--soft);margin-top:auto;line-height:1.5}
.id{color:var(--soft);font-size:.85em}
.more{margin-top:1.4rem;padding-top:1.1rem;border-top:1px solid var(--hair)}
.both{font:inherit;font-size:1rem;color:var(--paper);background:var(--ink);border:0;
border-radius:999px;padding:.5rem 1.25rem;margin-bottom:1.1rem;cursor:pointer}
.both::before{content:"▶";font-size:.75em;margin-right:.7em}
.both:hover{background:var(--after)}

.changes{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));
gap:1rem clamp(2rem,5vw,4.5rem)}
.changes h3{margin-top:0;padding-bottom:.5rem;border-bottom:1.5px solid currentColor}
.better h3{color:var(--people)}
.worse h3{color:var(--after)}
.changes section>p{color:var(--soft);padding-top:.7rem}
.changes li{display:grid;grid-template-columns:minmax(0,1fr) 9.5rem;gap:.1rem 1.2rem;
align-items:baseline;
padding:.75rem 0 .7rem;border-bottom:1px solid var(--hair)}
.what::first-letter{text-transform:uppercase}
.what{line-height:1.35}
.numbers{white-space:nowrap;text-align:right;color:var(--soft);font-variant-numeric:tabular-nums}
.numbers b{color:var(--ink);font-weight:600;font-size:1.12em}
.changes .level{font-size:.86rem;color:var(--soft);text-align:right;line-height:1.3}
.dumbbell{align-self:center;overflow:visible}
.dumbbell .rail{stroke:var(--hair)}
.dumbbell .band{fill:var(--band)}
.dumbbell .people{stroke:var(--people);stroke-width:2}
.dumbbell .way{stroke:var(--after);stroke-width:2}
.dumbbell .before{fill:var(--paper);stroke:var(--before);stroke-width:2}
.dumbbell .after{fill:var(--after)}
.key{margin-top:1rem;font-size:.88rem;color:var(--soft)}
.key>span{display:inline-block;vertical-align:-.05em;margin:0 .15em 0 .7em}
.key .before{width:.65em;height:.65em;border-radius:50%;border:2px solid var(--before);
margin-left:0}
.key .after{width:.7em;height:.7em;border-radius:50%;background:var(--after)}
.key .people{width:2px;height:1em;background:var(--people)}
.key .band{width:1.6em;height:.8em;background:var(--band)}
.rest{max-width:46rem;margin-top:.9rem}
.rest p+p{margin-top:.4rem}

.likenesses{margin-top:1rem;max-width:50rem}
.likenesses li{padding:.5rem 0;border-bottom:1px solid var(--hair)}
.likenesses .id{margin-right:.7em}
strong.mark,span.mark:not(h2 *,nav *){font:.72rem/1 var(--sans);border:1px solid currentColor;
border-radius:2px;padding:.16rem .4rem;margin-left:.35rem;color:var(--best);white-space:nowrap}
strong.mark{color:var(--after)}
.licence{color:var(--soft);font-size:.85em;margin-left:.3em}

.charts{display:grid;gap:1.8rem clamp(1.5rem,4vw,3rem)}
.charts.pairs{grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr))}
.charts.small{grid-template-columns:repeat(auto-fill,minmax(min(100%,17.5rem),1fr))}
.chart{min-width:0;display:flex;flex-direction:column;justify-content:flex-end}
figcaption{margin-bottom:auto}
.drawn{margin:1.8rem 0 0}.drawn img{max-width:100%;margin-top:.8rem;border-radius:3px}
figcaption p{font-size:.92rem;color:var(--soft);line-height:1.4;max-width:40rem}
.small figcaption p{font-size:.84rem}
.legend{display:flex;flex-wrap:wrap;gap:.05rem 1.1rem;font-size:.84rem;color:var(--soft);
margin:.3rem 0 .5rem;line-height:1.5}
.small .legend{gap:0 .8rem;font-size:.78rem}
.legend b{color:var(--ink);font-weight:500;font-variant-numeric:tabular-nums}
.legend svg{vertical-align:-.15em;margin-right:.3em}
.plot{display:flex;height:17rem}
.pairs .plot{height:13rem}
.small .plot{height:7.5rem}
.plot svg{border-bottom:1px solid var(--rule);flex:1;min-width:0;height:100%;overflow:visible}
.ys{position:relative;width:2.9rem;flex:none;font:.74rem/1 var(--sans);color:var(--soft)}
.ys span{position:absolute;right:.5rem;transform:translateY(-50%);white-space:nowrap}
.xs{display:flex;justify-content:space-between;padding:.35rem 0 0 2.9rem;
font:.74rem/1 var(--sans);color:var(--soft)}
.plot path,.legend path{fill:none;vector-effect:non-scaling-stroke}
.plot .grid{stroke:var(--hair);stroke-width:1}
.chart .curve{stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
.chart .raw{stroke-width:1;opacity:.3}
.chart .level{stroke-width:1.6}
.chart path.after{stroke:var(--after)}
.chart path.before{stroke:var(--before)}
.chart path.people{stroke:var(--people)}
.chart path.best{stroke:var(--best)}
.chart path.plain{stroke:var(--ink)}
.chart .level.people{stroke-dasharray:7 4}
.chart .level.before{stroke-dasharray:2 4}
.chart .level.best{stroke-dasharray:9 3 2 3}
.chart .curve.before{stroke-dasharray:6 3}
.chart rect.band{fill:var(--band)}
.plot path.area{stroke:none}
.stack0{fill:#44597c!important}.stack1{fill:#8fa6c9!important}.stack2{fill:#a5301d!important}
.stack3{fill:#d6a49a!important}.stack4{fill:#7d5a0b!important}
.plot .happened{stroke:var(--after);stroke-width:1.2;stroke-dasharray:3 3}
.plot .tip{fill:transparent}
.plot .tip:hover{fill:currentColor;fill-opacity:.06}

.measures{border-collapse:collapse;width:100%;font-size:.97rem;line-height:1.35}
.measures caption{text-align:left;color:var(--soft);padding-bottom:1rem;max-width:48rem}
.measures th{text-align:left;font-weight:400;vertical-align:baseline;padding:.45rem .6rem .45rem 0}
.measures th small{display:block;line-height:1.3}
.measures thead th{border-bottom:1.5px solid var(--ink);font-weight:600;padding-bottom:.5rem}
.measures thead th:not(:first-child),.measures td{text-align:right;
padding-left:.8rem;padding-right:0}
.measures td{vertical-align:baseline;white-space:nowrap;padding-block:.45rem;
font-variant-numeric:tabular-nums}
.measures td b{font-weight:500}
.measures td small{display:block}
.measures tr:not(.group) th,.measures td{border-bottom:1px solid var(--hair)}
.measures .group th{font-size:1.15rem;padding-top:1.6rem;border-bottom:1px solid var(--rule)}
.measures td:last-child b{font-weight:700}
td .better{color:var(--people)}
td .worse{color:var(--after)}

.happenings li{display:grid;grid-template-columns:11rem 1fr;gap:1rem;padding:.5rem 0;
border-bottom:1px solid var(--hair)}
.happenings span:first-child{color:var(--soft)}
.grave span:last-child{color:var(--after)}
.notes{columns:2 24rem;column-gap:3rem}
.notes li{padding:.2rem 0 .2rem 1.1em;text-indent:-1.1em;break-inside:avoid}
.notes li::before{content:"–";margin-right:.5em;color:var(--rule)}
.facts,.glossary{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));
gap:.7rem 3rem}
.facts{margin-bottom:1.4rem}
dt{font-weight:600}
.facts dt{font-weight:400;color:var(--soft);font-size:.88rem}
.glossary dd{color:var(--soft);font-size:.97rem;line-height:1.45}
dt:target{color:var(--after)}
pre{overflow:auto;background:var(--sheet);border:1px solid var(--hair);padding:1rem 1.2rem;
line-height:1.5;overflow-wrap:normal}
.end{margin-top:5rem;padding-top:1.2rem;border-top:1px solid var(--rule);
box-shadow:0 -5px 0 -1px var(--paper),0 -9px 0 -1px var(--ink);color:var(--soft);font-size:.88rem}

@media(max-width:46rem){
.changes li{grid-template-columns:minmax(0,1fr) 7rem}.work .score{margin-left:0}
nav ol{gap:.3rem 1rem}
.rewarded li{grid-template-columns:1fr 2.6rem}.weight{grid-row:2;grid-column:1/-1}
.plot{height:12rem}
.happenings li{grid-template-columns:1fr;gap:0}
.measures,.measures tbody,.measures tr,.measures caption{display:block}
.measures thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.measures tr:not(.group){display:grid;grid-template-columns:repeat(auto-fit,minmax(4.4rem,1fr));
gap:0 .5rem;padding:.7rem 0;border-bottom:1px solid var(--hair)}
.measures tr:not(.group) th,.measures td{border:0;padding:0}
.measures tr:not(.group) th{grid-column:1/-1;padding-bottom:.35rem}
.measures .group th{display:block}
.measures td{text-align:left;padding:0}
.measures td::before{content:attr(data-whose);display:block;font:.72rem/1.5 var(--sans);
color:var(--soft);white-space:normal}}
@media print{nav,.both,audio{display:none}body{max-width:none}.part{break-inside:auto}}
"""

"""The page's only script: one work sounds at a time, and before and after can follow each other.

Without it everything is still there to be read and heard.
"""

SCRIPT = """
(() => {
  const players = [...document.querySelectorAll('audio')];
  for (const player of players) {
    const name = player.closest('article')?.querySelector('h3, h4')?.textContent ?? '';
    const id = player.closest('article')?.querySelector('.id')?.textContent ?? '';
    player.setAttribute('aria-label', `${name} ${id}`.trim());
    player.addEventListener('play', () => {
      for (const other of players) if (other !== player) other.pause();
    });
  }
  for (const pair of document.querySelectorAll('[data-pair]')) {
    const [first, second] = pair.querySelectorAll('audio');
    if (!second) continue;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'both';
    button.textContent = 'Play before, then after';
    let following = false;
    button.addEventListener('click', () => {
      following = true;
      first.currentTime = 0;
      first.play();
    });
    first.addEventListener('ended', () => {
      if (following) { second.currentTime = 0; second.play(); }
      following = false;
    });
    second.addEventListener('play', () => { following = false; });
    pair.before(button);
  }
  const open = () => {
    const target = document.getElementById(location.hash.slice(1));
    const folded = target?.closest('details:not([open])');
    if (!folded) return;
    folded.open = true;
    target.scrollIntoView();
  };
  addEventListener('hashchange', open);
  open();
})();
"""

/** Scrolls, at once for those who have asked for less motion. */
export function bringIntoView(element: Element, block: ScrollLogicalPosition): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  element.scrollIntoView({ block, behavior: still ? 'auto' : 'smooth' });
}

/** Brings into view, and again whenever what stands above has grown, until the visitor scrolls or types. */
export function keepInView(element: Element | null): (() => void) | undefined {
  if (!element?.parentElement) return;
  const observer = new ResizeObserver(() => bringIntoView(element, 'nearest'));
  observer.observe(element.parentElement);
  const stop = () => observer.disconnect();
  for (const event of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
    addEventListener(event, stop, { once: true, passive: true, capture: true });
  }
  return stop;
}

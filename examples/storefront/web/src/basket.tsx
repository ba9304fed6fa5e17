import type { ReactElement } from 'react';

export function Basket(): ReactElement {
  return (
    <section className="basket" aria-labelledby="basket">
      <Bag />
      <div>
        <h1 id="basket">Lighthouse blend</h1>
        <p>Dark chocolate, toasted hazelnut, a little sea salt. Whole beans, roasted this morning.</p>
        <dl>
          <div>
            <dt>2 bags of 500 g</dt>
            <dd>€34.00</dd>
          </div>
          <div>
            <dt>Shipping by bicycle</dt>
            <dd>€4.00</dd>
          </div>
          <div className="total">
            <dt>Total</dt>
            <dd>€38.00</dd>
          </div>
        </dl>
      </div>
    </section>
  );
}

function Bag(): ReactElement {
  return (
    <svg
      className="bag"
      viewBox="0 0 120 160"
      role="img"
      aria-label="A bag of coffee with a lighthouse on it"
    >
      <path className="bag-body" d="M18 34h84l8 112a8 8 0 0 1-8 8H18a8 8 0 0 1-8-8z" />
      <path className="bag-fold" d="M18 34 24 8h72l6 26z" />
      <path className="bag-tie" d="M14 26h92v8H14z" />
      <circle className="bag-label" cx="60" cy="92" r="36" />
      <path className="tower" d="M52 118 55 78h10l3 40z" />
      <path className="stripe" d="M54 92h12l1 9H53z" />
      <path className="lamp" d="M54 70h12v8H54zM56 64h8l2 6H54z" />
      <path className="beam" d="M68 72 94 62v14zM52 72 26 62v14z" />
      <path className="sea" d="M30 118q8-5 15 0t15 0 15 0 15 0v6a36 36 0 0 1-60 0z" />
    </svg>
  );
}

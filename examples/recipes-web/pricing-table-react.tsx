import type { CustomerSessionSource } from 'express-stripe-customer-session/client';
import { mountEmbed } from 'express-stripe-customer-session/embeds';
import { type ReactElement, useEffect, useRef } from 'react';

interface PricingTableProps {
  source: CustomerSessionSource;
  pricingTableId: string;
  publishableKey: string;
}

export function PricingTable({ source, pricingTableId, publishableKey }: PricingTableProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const template = document.createElement('template');
    template.innerHTML = '<stripe-pricing-table></stripe-pricing-table>';
    template.content.firstElementChild?.setAttribute('pricing-table-id', pricingTableId);
    template.content.firstElementChild?.setAttribute('publishable-key', publishableKey);
    place.current?.append(template);
    const leave = mountEmbed(template, source);
    return () => {
      leave();
      template.remove();
    };
  }, [source, pricingTableId, publishableKey]);
  return <div ref={place} />;
}

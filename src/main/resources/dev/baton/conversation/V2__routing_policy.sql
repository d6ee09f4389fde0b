-- How a transfer is routed: who was available when that was asked, and the plan that followed from it, both as JSON.
alter table baton_transfer add column survey text;
alter table baton_transfer add column plan text;

-- When an offer may be made, and a call: a hedged race asks one target after the other. Empty for at once.
alter table baton_offer add column due_at timestamp with time zone;
alter table baton_order add column due_at timestamp with time zone;

-- When a call was ordered: what may hold up the customer for so long only is counted from here.
alter table baton_order add column ordered_at timestamp with time zone default current_timestamp not null;

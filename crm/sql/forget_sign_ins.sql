-- Erasure, beside crm_forget_changes: the companies these customers acted for, and what their sign-ins were called.
-- Sign-ins of colleagues are out of reach. Call it last, for the same reason.
CREATE OR REPLACE FUNCTION crm_forget_roles_and_sign_ins(customers bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM crm_companypersonchange WHERE customer_id = ANY (customers);
  DELETE FROM crm_userchange c USING crm_user u
    WHERE c.pgh_obj_id = u.id AND u.customer_id = ANY (customers) AND NOT u.is_staff;
END $$;
REVOKE ALL ON FUNCTION crm_forget_roles_and_sign_ins(bigint[]) FROM PUBLIC;

"""The designs in English."""
from .letters import (
    Letter, block, button, column, columns, ending, heading, picture, product, text)

LETTERS = {
    "empty": Letter("A new letter", "", [
        text("<p>Hello {first_name|there},</p>"),
        block("footer"),
    ]),
    "news": Letter(
        "{first_name|Friends}, see what is new on our shelves",
        "Two new things, a longer Saturday and a word from a customer", [
            picture("window", "The sun behind hills"),
            heading("New on our shelves"),
            text("<p>Hello {first_name|there},</p>"
                 "<p>We began the season by moving things around: the tea now stands by the "
                 "window, and in its old place is what you have long been asking for. "
                 "Here it is in short.</p>"),
            columns(
                column("<p><strong>Fireweed tea with thyme</strong></p><p>Picked in July, rolled "
                       "by hand. Smells of meadows, sweet without sugar.</p>",
                       "tin", "A tin of tea", "fireweed-tea"),
                column("<p><strong>The Morning cup</strong></p><p>Thin china, 250 ml. Each is "
                       "painted by hand, and no two are alike.</p>",
                       "cup", "A cup", "cup")),
            button("See what is new", "new"),
            block("divider"),
            heading("Saturdays are longer now", "2"),
            text("<p>On weekdays we are open from 9 to 7, and on Saturdays now until 9 in the "
                 "evening: come after the cinema and take your time.</p>"),
            block("quote", text="Came in for tea, went out with a teapot and in a good mood.",
                  author="Marina, here every Friday"),
            *ending(),
        ]),
    "sale": Letter(
        "Three days of sale: 20% off until Sunday",
        "Tea, cups and all that stands on a table", [
            heading("20% off until Sunday", align="center"),
            text("<p>{first_name|Hello}, we are making room for the new season. "
                 "Prices are down already, and you need no code.</p>", "center"),
            picture("discs", "Circles of one colour"),
            product("Milk oolong, 100 g", "$16", old_price="$20", picture="tin",
                    alt="A tin of tea", button="Add to cart",
                    text="Creamy and soft, good for five infusions."),
            product("Glass teapot, 600 ml", "$36", old_price="$45", picture="pot",
                    alt="A teapot", button="Add to cart",
                    text="Heatproof glass, with a strainer."),
            product("The Morning cup", "$20", old_price="$25", picture="cup",
                    alt="A cup", button="Add to cart",
                    text="Thin china, painted by hand."),
            button("Everything on sale", "sale", "center"),
            text("<p>Until Sunday, 11:59 p.m. Does not add up with other offers. "
                 "Free delivery in town from $60.</p>", "center"),
            *ending(),
        ]),
    "invitation": Letter(
        "{first_name|Friends}, be our guests on Saturday",
        "An evening among friends: twenty seats, tea and talk", [
            picture("garland", "A string of flags"),
            heading("Be our guest", align="center"),
            text("<p>Hello {first_name|there},</p>"
                 "<p>Once a season we close the shop early and lay the table for friends. We will "
                 "show the new harvest, brew something rare and tell how we chose it.</p>",
                 "center"),
            columns(
                column("<p><strong>When</strong><br>Saturday, March 14<br>6 to 9 p.m.</p>"),
                column("<p><strong>Where</strong><br>12 Forest Street<br>through the yard</p>"),
                column("<p><strong>How much</strong><br>Free<br>only twenty seats</p>")),
            button("Take a seat", "evening", "center"),
            text("<p>Can not come? Just reply to this letter, and next time you will be "
                 "the first to know.</p>", "center"),
            *ending(),
        ]),
    "birthday": Letter(
        "{first_name|Hello}, we have a present for you",
        "Happy birthday: 15% off for two weeks", [
            heading("Happy birthday!", align="center"),
            picture("gift", "A present with a ribbon, and confetti"),
            text("<p>Dear {first_name|customer},</p>"
                 "<p>May this year be generous with good news and slow evenings. "
                 "And from us, 15% off any order.</p>", "center"),
            heading("BIRTHDAY15", "2", "center"),
            text("<p>Say this word at the till or type it in your cart. "
                 "It is good for two weeks.</p>", "center"),
            button("Choose a present", "gifts", "center"),
            block("footer"),
        ]),
    "order": Letter(
        "Your order 1024 is packed",
        "It comes tomorrow between 10 and 2; the courier calls an hour before", [
            heading("Order 1024 is packed"),
            text("<p>Hello {first_name|there}, everything is here, "
                 "wrapped and waiting for the courier.</p>"),
            columns(
                column("<p><strong>Delivery</strong><br>Tomorrow, 10 a.m. to 2 p.m.<br>"
                       "12 Forest Street, flat 34</p>"),
                column("<p><strong>Payment</strong><br>By card on delivery<br>"
                       "The receipt goes to {email}</p>")),
            heading("What is in it", "2"),
            product("Milk oolong, 100 g", "$16", text="1 piece"),
            product("The Morning cup", "$40", text="2 pieces, $20 each"),
            product("A postcard", "$0", text="A present from us"),
            block("divider"),
            heading("Total: $56", "2"),
            button("See the order", "orders/1024"),
            text("<p>Something to change? Reply to this letter or call us: +1 555 010-0000.</p>"),
            block("footer"),
        ]),
    "prices": Letter(
        "Price list from the 1st",
        "Prices for regular customers, free delivery from three items", [
            heading("Price list"),
            text("<p>Hello {first_name|there},</p><p>Here are the prices from the 1st. "
                 "For you they stay the same for the whole quarter.</p>"),
            heading("Tea, per kilogram", "2"),
            product("Fireweed tea, fermented", "$48", text="This year's harvest, sacks of 5 kg"),
            product("Milk oolong", "$118", text="Fujian, vacuum packs of 500 g"),
            product("Black with bergamot", "$62", text="Ceylon, sacks of 10 kg"),
            heading("Tableware, apiece", "2"),
            product("The Morning cup, 250 ml", "$13", text="12 in a box"),
            product("Glass teapot, 600 ml", "$23", text="6 in a box"),
            block("divider"),
            columns(
                column("<p><strong>Delivery</strong><br>Free in town from $400, "
                       "elsewhere by a carrier.</p>"),
                column("<p><strong>Payment</strong><br>By invoice, "
                       "within 14 days.</p>")),
            button("Download the whole list", "price.xlsx"),
            text("<p>To order, reply to this letter with a list, in any form.</p>"),
            block("footer"),
        ]),
    "survey": Letter(
        "{first_name|Hello}, how was it?",
        "One question, ten seconds", [
            heading("How was it?", align="center"),
            text("<p>Hello {first_name|there}, you have been with us lately. "
                 "Press the face that is closest: that is the whole survey.</p>", "center"),
            columns(
                column("<p>Great</p>", "glad", "Great", "answer?mark=5"),
                column("<p>Fine</p>", "calm", "Fine", "answer?mark=4"),
                column("<p>Could be better</p>", "sad", "Could be better", "answer?mark=2")),
            block("divider"),
            text("<p>Would you like to tell more? Just reply to this letter: "
                 "a person will read it.</p>", "center"),
            block("quote", text="After the last survey we put a chair by the till and began to "
                  "open an hour earlier. Thank you for writing.", author="All of us at the shop"),
            *ending(),
        ]),
    "plain": Letter(
        "{first_name|Hello}, a short letter from us",
        "No pictures and no discounts: just a word", [
            text("<p>Hello {first_name|there},</p>"
                 "<p>I am writing this myself, without pictures and for no reason. This month we "
                 "turn five, and all this time I have wanted to thank those who keep coming "
                 "back.</p>"
                 "<p>In five years we moved once, changed the sign three times and never changed "
                 "the main thing: we try everything that we sell, and say so honestly "
                 "when something did not work out.</p>"
                 "<p>If you are near, drop in. And if you are far away, "
                 '<a href="https://example.com/">we are online too</a>. '
                 "I answer each letter.</p>"
                 "<p>Olga<br>who keeps the shop</p>"),
            block("footer"),
        ]),
}

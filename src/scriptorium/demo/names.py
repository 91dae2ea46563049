"""Invented people, places and practices for demonstrations."""

FIRST = (
    "Aaron Abigail Adele Aisha Alan Alba Amara Amir Ana Andre Anita Anton Ariel Asha Astrid Bashir"
    " Beatriz Bella Boris Bruno Camila Carl Celia Cesar Chen Chloe Clara Colin Cora Cyrus Daria"
    " David Delia Diego Dina Dora Eli Elif Emil Emma Enzo Erik Esme Ethan Eva Fadi Felix Fiona"
    " Flora Gavin Gemma Giles Greta Hana Harper Hassan Heidi Henry Ida Igor Imani Ingrid Irene"
    " Isaac Ivan Ivy Jade Jamal Jana Jasper Joan Jorge Judith Jules Kaito Karen Karim Kofi Lara"
    " Leif Lena Leon Lila Lucas Lucia Luis Mara Marco Marta Maya Milan Mina Miriam Nadia Nils"
    " Noah Noor Olga Oscar Otto Paula Pedro Petra Quentin Rafael Rania Rita Robin Rosa Ruben Ruth"
    " Salma Samir Sara Selma Silas Simon Sofia Stefan Tara Tariq Tess Thea Tobias Ulla Valeria"
    " Vera Victor Wanda Wes Yara Yusuf Zara Zoe"
).split()
LAST = (
    "Abbott Acosta Adler Ahmed Alvarez Andersen Arnold Bailey Banerjee Baptiste Barnes Becker"
    " Bell Bennett Berg Bianchi Blake Boateng Bravo Brooks Burke Byrne Calder Campos Carr Castro"
    " Chandra Chen Clarke Cohen Conti Cooper Costa Cruz Dalton Daniels Das Dean Delgado Diaz Dixon"
    " Doyle Drake Duarte Eaton Ekström Ellis Espinoza Farah Fischer Fleming Flores Ford Foster"
    " Franco Fuller Garner Gibson Gomez Grant Greene Gupta Hale Hamid Hansen Harper Hayes Heller"
    " Herrera Holm Hughes Ibarra Iyer Jansen Jensen Joshi Kane Kaplan Keller Khan Klein Kovacs"
    " Kumar Lang Larsen Lee Lewis Lindqvist Lopez Lowe Lund Malik Marin Marsh Mehta Mendez Meyer"
    " Miles Moreau Morgan Moss Murphy Nash Navarro Nguyen Novak Nunez Okafor Olsen Ortega Owens"
    " Palmer Park Patel Perez Petrov Pham Pierce Popov Price Quinn Ramos Rao Reed Reyes Rivera"
    " Rojas Rossi Rowe Ryan Sato Schmidt Shah Silva Singh Soto Stein Stone Suzuki Tanaka Torres"
    " Tran Vargas Vega Vogel Walsh Wang Ward Weber West Winter Wolf Wong Yilmaz Young Zhang Zimmer"
).split()
PLACES = (
    "Alder Aspen Bayview Birch Briarwood Cedar Clearwater Cypress Eastgate Elm Fairview Foothill"
    " Glen Harbor Hawthorn Highland Hillcrest Juniper Laurel Linden Maple Meadow Mesa Northfield"
    " Oak Orchard Parkside Pine Prairie Redwood Ridge Riverbend Rosewood Sage Sierra Spring"
    " Summit Sunset Sycamore Valley Westbrook Willow"
).split()
FIELDS = (
    "Dermatology",
    "Family Medicine",
    "Eye Care",
    "Urgent Care",
    "Internal Medicine",
    "Oncology",
    "Primary Care",
    "Vascular Care",
)
